#include "fetch/run.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

#include "base/byte_words.h"
#include "base/sha256.h"
#include "base/text.h"
#include "fetch/backoff.h"
#include "fetch/disk.h"
#include "fetch/downloader.h"
#include "fetch/git_commit.h"
#include "fetch/layers.h"
#include "fetch/progress.h"
#include "fetch/redirect.h"
#include "fetch/safe_path.h"
#include "fetch/target_folder.h"
#include "fetch/trust.h"
#include "fetch/unpack.h"
#include "sources/git_store.h"
#include "sources/globs.h"

namespace serin::fetch {
namespace {

constexpr Duration kTellEvery{1000};
constexpr int kSayEvery = 3;
constexpr std::string_view kNeverServes =
    "so it never serves: see what the store has, or who stated or signed that digest";
constexpr const char* kRecords = "the records of what is fetched need more";

// What decides which files there are, beside the id. `wanted` is Trust::selection().
std::string selectionOf(const api::ModelSource& source, ArchiveKind archive, const std::string& wanted) {
    return sha256Hex(cat(join(source.include, "\n"), "\n\n", join(source.exclude, "\n"), "\n\n",
                         archive == ArchiveKind::None ? "as it is" : "unpacked",
                         wanted.empty() ? "" : cat("\n\n", wanted)));
}

template <typename Files>
std::vector<std::string> topsOf(const Files& files) {
    std::set<std::string> tops;
    for (const auto& file : files) tops.insert(file.path.substr(0, file.path.find('/')));
    return {tops.begin(), tops.end()};
}

// Paths that cannot all be in one folder.
Result<void> checkPaths(const std::vector<sources::File>& files) {
    std::set<std::string> paths;
    for (const sources::File& file : files) {
        if (const std::string problem = pathProblem(file.path); !problem.empty()) {
            return invalid(cat("the store has a file \"", withoutControls(file.path),
                               "\", which is refused: ", problem));
        }
        if (!paths.insert(file.path).second) return invalid(cat("the store has \"", file.path, "\" twice"));
    }
    for (const std::string& path : paths) {
        for (size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
            if (!paths.contains(path.substr(0, slash))) continue;
            return invalid(cat("the store has a file \"", path.substr(0, slash), "\" that is a folder of \"",
                               path, "\" too"));
        }
    }
    return {};
}

template <typename Files>
uint64_t bytesOf(const Files& files) {
    uint64_t out = 0;
    for (const auto& file : files) out += file.size;
    return out;
}

// As a manifest has them: tags and what finds damage on the way are of the store, and layers are what they
// hold.
std::vector<sources::File> recorded(std::vector<sources::File> files) {
    for (sources::File& file : files) {
        file.tag.clear();
        file.md5.clear();
        file.layer = false;
    }
    return files;
}

// Says and tells how it goes while it lives.
class Reporter {
  public:
    Reporter(const Downloader& downloader, uint64_t total, const Means& means)
        : thread_([this, &downloader, total, &means] { run(downloader, total, means); }) {}
    ~Reporter() {
        {
            const std::scoped_lock lock(mutex_);
            ended_ = true;
        }
        changed_.notify_all();
        thread_.join();
    }
    Reporter(const Reporter&) = delete;
    Reporter& operator=(const Reporter&) = delete;

  private:
    void run(const Downloader& downloader, uint64_t total, const Means& means) {
        Progress progress(total, means.clock.sinceBoot());
        std::unique_lock lock(mutex_);
        for (int i = 1; !changed_.wait_for(lock, kTellEvery, [this] { return ended_; }); ++i) {
            means.tell({downloader.bytes(), total});
            if (i % kSayEvery != 0) continue;
            means.say(progress.line(downloader.bytes(), downloader.earlier(), means.clock.sinceBoot()));
        }
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    bool ended_ = false;
    std::thread thread_;
};

class Run {
  public:
    Run(const Options& options, const Means& means, TargetFolder& folder, sources::Store& store, Trust& trust,
        ArchiveKind archive)
        : options_(options),
          means_(means),
          folder_(folder),
          store_(store),
          trust_(trust),
          asked_(options.source),
          archive_(archive) {
        // Of an archive the globs mean what is in it.
        if (archive_ == ArchiveKind::None) return;
        asked_.include.clear();
        asked_.exclude.clear();
    }

    Result<void> all() {
        const Result<void> done = steps();
        return done ? done : Result<void>(withRoom(done.error()));
    }

  private:
    Result<void> steps() {
        const Duration began = means_.clock.sinceBoot();
        const Result<std::string> id = options_.id.empty() ? resolved() : options_.id;
        if (!id) return id.error();
        const std::string selection = selectionOf(options_.source, archive_, trust_.selection());
        const Result<bool> there = isThere(*id, selection);
        if (!there) return there.error();
        if (*there) {
            means_.say(cat("all of ", *id, " is in ", options_.into.string(), " already"));
            return {};
        }
        if (options_.source.reference.store == api::StoreKind::Git) return ofCommit(*id, selection, began);
        Result<std::vector<sources::File>> files = patiently<std::vector<sources::File>>(
            [&] { return store_.files(asked_, *id, means_.clock.wall()); });
        if (!files) return files.error();
        if (const Result<void> expected = trust_.expect(*files); !expected) return expected;
        Manifest manifest{means_.boot, *id, selection, topsOf(*files), {}};
        const Result<void> checked = check(*files, manifest);
        if (!checked) return checked;
        if (const Result<void> read = readManifest(*files, *id); !read) return read;
        const Result<void> fetched = fetch(*files, *id);
        if (!fetched) return fetched;
        const Result<void> placed = place(*files, manifest);
        if (placed) summarize(manifest, bytesOf(*files), means_.clock.sinceBoot() - began);
        return placed;
    }

    // A volume that filled up meanwhile: what is free there now, and what was wanted of it.
    Error withRoom(const Error& error) const {
        if (error.code != ErrorCode::Invalid || !saysFull(error.message)) return error;
        const Result<uint64_t> free = folder_.freeBytes();
        if (!free) return error;
        return {error.code, cat(error.message, "; ", options_.into.string(), " has ", humanBytes(*free),
                                " free, and ", wants_, "; give the volume more room")};
    }

    Result<bool> isThere(const std::string& id, const std::string& selection) {
        if (folder_.isComplete(id, selection, means_.boot)) return true;
        const Result<bool> renamed = folder_.goOnRenaming(id, selection, means_.boot);
        return renamed && *renamed ? folder_.isComplete(id, selection, means_.boot) : renamed;
    }

    // Asks again while the answer may be another one soon.
    template <typename T>
    Result<T> patiently(const std::function<Result<T>()>& ask) {
        for (int failures = 1;; ++failures) {
            Result<T> answer = ask();
            const bool passes = !answer && (answer.error().code == ErrorCode::Unavailable ||
                                            answer.error().code == ErrorCode::Unknown ||
                                            answer.error().code == ErrorCode::TooMany);
            if (!passes || failures >= options_.attempts) return answer;
            const Duration wait = waitBefore(failures, std::nullopt, means_.lot());
            means_.say(cat(answer.error().message, "; again in ", formatDuration(wait)));
            if (!means_.waiter.wait(wait)) return answer;
        }
    }

    // Which files a commit has is known once it is there.
    Result<void> ofCommit(const std::string& id, const std::string& selection, Duration began) {
        if (sources::gitCommitOf(options_.source, id).empty()) {
            return invalid(cat("\"", withoutControls(id), "\" is no id of a model of ", options_.source.uri));
        }
        Manifest manifest{means_.boot, id, selection, {}, {}};
        if (const Result<void> begun = folder_.begin(manifest); !begun) return begun;
        GitCommit commit(options_, means_, folder_, id);
        wants_ = "the commit, whose size Git does not tell, needs more";
        if (const auto had = patiently<void>([&] { return commit.fetch(); }); !had) return had;
        Result<std::vector<GitEntry>> entries = commit.entries();
        if (!entries) return entries.error();
        manifest.entries = topsOf(*entries);
        if (const Result<void> held = folder_.mayHold(manifest.entries); !held) return held;
        if (const auto had = patiently<void>([&] { return commit.have(*entries); }); !had) return had;
        if (const Result<void> enough = checkSpace(bytesOf(*entries), 0); !enough) return enough;
        wants_ = cat("the commit's files, which stand beside Git's own copy until the end, need ",
                     humanBytes(bytesOf(*entries)));
        if (const Result<void> taken = commit.take(*entries); !taken) return taken;
        manifest.files = commit.all();
        if (manifest.files.empty()) return invalid("the commit has no files but links");
        if (const Result<void> fetched = fetchLarge(commit, id); !fetched) return fetched;
        if (const Result<void> done = commit.finish(); !done) return done;
        if (const Result<void> checked = trust_.check(folder_.data(), manifest.files); !checked)
            return checked;
        const Result<void> placed = folder_.finish(manifest, folder_.data());
        if (placed) summarize(manifest, bytesOf(manifest.files), means_.clock.sinceBoot() - began);
        return placed;
    }

    Result<void> fetchLarge(const GitCommit& commit, const std::string& id) {
        if (commit.large().empty()) return {};
        Result<void> fetched = fetch(commit.large(), id);
        if (fetched || !commit.namesServer()) return fetched;
        return Error{fetched.error().code,
                     cat(fetched.error().message,
                         "; the repository's .lfsconfig does not count, the objects have to be where the "
                         "repository is")};
    }

    Result<std::string> resolved() {
        const Result<sources::Resolution> resolution =
            patiently<sources::Resolution>([&] { return store_.resolve(asked_, means_.clock.wall()); });
        if (!resolution) return resolution.error();
        means_.say(cat(options_.source.uri, " is ", resolution->model.id));
        return resolution->model.id;
    }

    Result<void> check(const std::vector<sources::File>& files, const Manifest& manifest) {
        if (files.empty()) return invalid("the model has no files, or include and exclude leave none");
        if (const Result<void> paths = checkPaths(files); !paths) return paths;
        packed_ = archive_ != ArchiveKind::None || haveLayers(files);
        // What is in an archive is known when it is unpacked.
        const std::vector<std::string> tops = packed_ ? std::vector<std::string>() : manifest.entries;
        if (const Result<void> held = folder_.mayHold(tops); !held) return held;
        Manifest plan = manifest;
        plan.files = recorded(files);
        return folder_.begin(plan);
    }

    // What is signed comes first, so that no other byte is fetched where it is not right.
    Result<void> readManifest(std::vector<sources::File>& files, const std::string& id) {
        const Result<std::vector<sources::File>> first = trust_.manifestOf(files);
        if (!first) return first.error();
        if (first->empty()) return {};
        if (const Result<void> fetched = fetch(*first, id); !fetched) return fetched;
        return trust_.readManifest(folder_.data(), files);
    }

    Result<void> fetch(const std::vector<sources::File>& files, const std::string& id) {
        Errand errand{asked_,        id,         store_,     means_.transfers,  means_.clock,
                      means_.waiter, means_.lot, means_.say, options_.attempts, options_.connections};
        if (!trust_.wantsNothing()) errand.whoseDigests = kNeverServes;
        Downloader downloader(files, folder_.data(), folder_.logs(), errand);
        if (const Result<void> enough = checkSpace(bytesOf(files), downloader.allocated()); !enough)
            return enough;
        means_.say(cat("fetching ", files.size(), files.size() == 1 ? " file, " : " files, ",
                       humanBytes(bytesOf(files)), ", of ", id));
        means_.tell({downloader.bytes(), bytesOf(files)});
        const Reporter reporter(downloader, bytesOf(files), means_);
        const Result<void> fetched = downloader.run();
        means_.tell({downloader.bytes(), bytesOf(files)});
        const uint64_t total = bytesOf(files);
        const uint64_t missing = total - std::min(total, downloader.allocated());
        wants_ =
            missing == 0 ? kRecords : cat(humanBytes(missing), " more of ", humanBytes(total), " are needed");
        return fetched;
    }

    Result<void> checkSpace(uint64_t total, uint64_t present) {
        const Result<uint64_t> free = folder_.freeBytes();
        if (!free) return free.error();
        // An archive stands beside what it holds.
        const uint64_t needed = packed_ ? 2 * total : total;
        const uint64_t missing = needed - std::min(needed, present);
        if (missing <= *free) return {};
        return invalid(cat(options_.into.string(), " has ", humanBytes(*free), " free, and ",
                           humanBytes(missing),
                           packed_ ? " or more (an archive and what is in it) are" : " are",
                           " needed; give the volume more room"));
    }

    Result<void> place(const std::vector<sources::File>& files, Manifest& manifest) {
        if (!packed_) {
            manifest.files = recorded(files);
            const Result<void> checked = trust_.check(folder_.data(), manifest.files);
            return checked ? folder_.finish(manifest, folder_.data()) : checked;
        }
        const auto wanted = [this](const std::string& path) {
            return sources::wanted(options_.source, path);
        };
        wants_ = cat("what is in ", files.size() == 1 ? "the archive" : "the layers",
                     ", beside which it stands until the end, needs more");
        Result<Unpacked> unpacked =
            archive_ == ArchiveKind::None
                ? assemble(files, folder_.data(), folder_.unpacked(), wanted, means_.say)
                : unpackAlone(files[0].path, wanted);
        if (!unpacked) return unpacked.error();
        manifest.entries = std::move(unpacked->entries);
        manifest.files = std::move(unpacked->files);
        if (const Result<void> held = folder_.mayHold(manifest.entries); !held) return held;
        const Result<void> checked = trust_.check(folder_.unpacked(), manifest.files);
        return checked ? folder_.finish(manifest, folder_.unpacked()) : checked;
    }

    Result<Unpacked> unpackAlone(const std::string& name,
                                 const std::function<bool(const std::string&)>& wanted) {
        means_.say(cat("unpacking ", name));
        Result<Unpacked> out = unpack(folder_.data() / name, archive_, folder_.unpacked(), wanted);
        if (!out) return Error{out.error().code, cat(name, ": ", out.error().message)};
        if (out->files.empty()) return invalid(cat(name, " has no files, or include and exclude leave none"));
        return out;
    }

    void summarize(const Manifest& manifest, uint64_t bytes, Duration took) {
        const double seconds = std::max(0.001, static_cast<double>(took.count()) / 1000);
        means_.say(cat("fetched ", manifest.files.size(), manifest.files.size() == 1 ? " file, " : " files, ",
                       humanBytes(bytes), " in ", formatDuration(took), " (",
                       humanBytes(static_cast<uint64_t>(static_cast<double>(bytes) / seconds)), "/s), into ",
                       options_.into.string()));
    }

    const Options& options_;
    const Means& means_;
    TargetFolder& folder_;
    sources::Store& store_;
    Trust& trust_;
    api::ModelSource asked_;
    ArchiveKind archive_ = ArchiveKind::None;
    bool packed_ = false;  // an archive, or layers among the files
    // What is being done now wants of the volume, for people.
    std::string wants_ = kRecords;
};

Layout layoutOf(api::StoreKind store, ArchiveKind archive) {
    if (archive != ArchiveKind::None) return Layout::Archive;
    const bool late = store == api::StoreKind::Git || store == api::StoreKind::Oci;
    return late ? Layout::Assembled : Layout::Listed;
}

}  // namespace

Result<void> fetchModel(const Options& options, const Means& means) {
    const ArchiveKind archive = options.source.reference.store == api::StoreKind::Https
                                    ? archiveKind(withoutUserAndQuery(options.source.reference.place))
                                    : ArchiveKind::None;
    Result<Trust> trust = Trust::of(options, layoutOf(options.source.reference.store, archive));
    if (!trust) return trust.error();
    Result<TargetFolder> folder = TargetFolder::open(options.into);
    if (!folder) return folder.error();
    const Result<std::unique_ptr<sources::Store>> store = sources::makeStore(
        options.source.reference.store, options.credentials, means.exchange, options.identity);
    if (!store) return store.error();
    if (!options.remark.empty()) means.say(options.remark);
    return Run(options, means, *folder, **store, *trust, archive).all();
}

}  // namespace serin::fetch
