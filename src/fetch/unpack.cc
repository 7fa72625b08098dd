#include "fetch/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <optional>
#include <set>

#include "base/byte_words.h"
#include "base/text.h"
#include "fetch/archive_source.h"
#include "fetch/descriptor.h"
#include "fetch/disk.h"
#include "fetch/safe_path.h"

namespace serin::fetch {
namespace {

constexpr size_t kBlockBytes = 131072;
// Names in the layers of images (OCI image specification, "Whiteouts").
constexpr std::string_view kWhiteout = ".wh.";
constexpr std::string_view kMarks = ".wh..wh.";  // of file systems themselves, but for the one below
constexpr std::string_view kOpaque = ".wh..wh..opq";

struct FreeArchive {
    void operator()(archive* reader) const { archive_read_free(reader); }
};

Error ioError(const std::string& path, int number) {
    return invalid(cat("\"", path, "\" cannot be unpacked: ", writeProblem(number)));
}

Error twice(const std::string& path) {
    return invalid(cat("\"", path, "\" is in the archive twice, or a file and a folder at once"));
}

// "./a/b/" is a/b; "." and "./" are the folder itself, which is the empty text here.
std::string plainPath(std::string_view path) {
    while (path.starts_with("./")) path.remove_prefix(2);
    while (!path.empty() && path.back() == '/' && path.size() > 1) path.remove_suffix(1);
    return path == "." ? "" : std::string(path);
}

uint64_t boundOf(const Expansion& expansion) {
    return std::max(expansion.packed * kMostExpansion, kLeastBound);
}

class Unpacking {
  public:
    // `layers`: null for an archive that stands by itself; `source`: null for one that is no stream.
    Unpacking(archive* reader, Expansion& expansion, const std::function<bool(const std::string&)>& wanted,
              const std::function<bool()>& goOn, LayerTree* layers, const ArchiveSource* source)
        : reader_(reader),
          source_(source),
          expansion_(expansion),
          bound_(boundOf(expansion)),
          wanted_(wanted),
          goOn_(goOn),
          layers_(layers) {}

    Result<Unpacked> run(const std::filesystem::path& into) {
        root_ = Descriptor(open(into.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!root_) return ioError(into.string(), errno);
        archive_entry* entry = nullptr;
        int code = ARCHIVE_OK;
        while ((code = archive_read_next_header(reader_, &entry)) == ARCHIVE_OK || code == ARCHIVE_WARN) {
            const Result<void> unpacked = layers_ ? oneOfLayer(entry) : one(entry, pathOf(entry));
            if (!unpacked) return unpacked.error();
        }
        if (code != ARCHIVE_EOF) return readError();
        std::sort(out_.files.begin(), out_.files.end(),
                  [](const sources::File& a, const sources::File& b) { return a.path < b.path; });
        out_.entries.assign(tops_.begin(), tops_.end());
        return std::move(out_);
    }

  private:
    Error readError() const {
        if (source_ && source_->exceeded()) return tooLarge(", what is left out counted too");
        return unreadable(reader_, "it is no such archive, or is cut off");
    }

    // Nothing where the name cannot be read.
    static std::optional<std::string> pathOf(archive_entry* entry) {
        const char* const name = archive_entry_pathname(entry);
        return name ? std::optional(plainPath(name)) : std::nullopt;
    }

    Result<void> oneOfLayer(archive_entry* entry) {
        std::optional<std::string> path = pathOf(entry);
        // All of an image is below its own root.
        if (path) path->erase(0, std::min(path->find_first_not_of('/'), path->size()));
        const bool meant = !path || wanted_(*path);
        if (path && pathProblem(*path).empty()) {
            const size_t slash = path->rfind('/');
            const std::string folder = slash == std::string::npos ? "" : path->substr(0, slash);
            const std::string name = path->substr(slash + 1);
            if (name == kOpaque) return layers_->hide(folder, true);
            if (name.starts_with(kMarks)) return {};
            if (name.starts_with(kWhiteout)) {
                return layers_->hide(path->substr(0, slash + 1) + name.substr(kWhiteout.size()), false);
            }
            const bool isFolder = archive_entry_filetype(entry) == AE_IFDIR;
            if (const Result<void> room = layers_->makeRoom(*path, isFolder); !room) return room;
        }
        return meant ? one(entry, path) : Result<void>();
    }

    Result<void> one(archive_entry* entry, const std::optional<std::string>& at) {
        if (++expansion_.entries > kMostEntries) {
            return invalid(cat(whose(), " more than ", kMostEntries, " entries"));
        }
        if (!at) return invalid("it has an entry without a name that can be read");
        const std::string& path = *at;
        if (path.empty() && archive_entry_filetype(entry) == AE_IFDIR) return {};
        if (const std::string problem = pathProblem(path); !problem.empty()) {
            return invalid(cat("its entry \"", withoutControls(path), "\" is refused: ", problem));
        }
        if (archive_entry_is_encrypted(entry) > 0)
            return invalid(cat("its entry \"", path, "\" is encrypted"));
        if (archive_entry_hardlink(entry)) return hardLink(path, plainPath(archive_entry_hardlink(entry)));
        switch (archive_entry_filetype(entry)) {
            case AE_IFDIR:
                return folder(path);
            case AE_IFREG:
                return file(path, (archive_entry_perm(entry) & S_IXUSR) != 0);
            case AE_IFLNK:
                return link(path, archive_entry_symlink(entry));
            default:
                return invalid(
                    cat("its entry \"", path, "\" is refused: it is a device, a pipe or a socket"));
        }
    }

    // Opens the folder that `path` is in, and makes those on the way that lack. Links on the way are refused.
    Result<Descriptor> parentOf(const std::string& path) {
        std::vector<std::string> names = split(path, '/');
        names.pop_back();
        Descriptor at(dup(root_.get()));
        for (const std::string& name : names) {
            if (mkdirat(at.get(), name.c_str(), 0755) != 0 && errno != EEXIST) return ioError(path, errno);
            Descriptor next(openat(at.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
            if (!next) {
                return invalid(cat("its entry \"", path, "\" is refused: \"", name,
                                   "\" on the way is a link or a file"));
            }
            at = std::move(next);
        }
        if (!at) return ioError(path, errno);
        tops_.insert(path.substr(0, path.find('/')));
        return at;
    }

    Result<void> folder(const std::string& path) {
        const Result<Descriptor> made = parentOf(path + "/.");
        if (!made) return made.error();
        if (layers_) layers_->addFolder(path);
        return {};
    }

    Result<void> file(const std::string& path, bool executable) {
        if (!wanted_(path)) return {};
        const Result<Descriptor> parent = parentOf(path);
        if (!parent) return parent.error();
        const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
        const Descriptor out(openat(parent->get(), baseName(path), flags, executable ? 0755 : 0644));
        if (!out) return errno == EEXIST ? twice(path) : ioError(path, errno);
        const Result<uint64_t> size = copy(path, out.get());
        if (!size) return size.error();
        add(path, *size);
        return {};
    }

    void add(const std::string& path, uint64_t size) {
        if (layers_) return layers_->addFile(path, size);
        out_.files.push_back({path, size, "", ""});
    }

    Result<uint64_t> copy(const std::string& path, int out) {
        const void* block = nullptr;
        size_t length = 0;
        la_int64_t offset = 0;
        uint64_t size = 0;
        int code = ARCHIVE_OK;
        while ((code = archive_read_data_block(reader_, &block, &length, &offset)) == ARCHIVE_OK) {
            const uint64_t end = static_cast<uint64_t>(offset) + length;
            if (end - size > bound_ - expansion_.bytes) return tooLarge();
            expansion_.bytes += end - size;
            size = end;
            if (!goOn_()) return Error{ErrorCode::Stopped, "it was stopped"};
            const Result<void> written = write(path, out, static_cast<const char*>(block), length, offset);
            if (!written) return written.error();
        }
        if (code != ARCHIVE_EOF) return readError();
        if (ftruncate(out, static_cast<off_t>(size)) != 0) return ioError(path, errno);
        return size;
    }

    Result<void> write(const std::string& path, int out, const char* block, size_t length,
                       la_int64_t offset) {
        while (length > 0) {
            const ssize_t count = pwrite(out, block, length, static_cast<off_t>(offset));
            if (count < 0 && errno == EINTR) continue;
            if (count <= 0) return ioError(path, count < 0 ? errno : EIO);
            block += count;
            length -= static_cast<size_t>(count);
            offset += count;
        }
        return {};
    }

    std::string whose() const { return layers_ ? "it and the layers before it have" : "it has"; }

    Error tooLarge(std::string_view more = {}) const {
        return invalid(cat(layers_ ? "it and the layers before it become" : "it becomes", " more than ",
                           humanBytes(bound_), ", ", kMostExpansion, " times ", layers_ ? "their" : "its",
                           " size and more than 1 GiB", more,
                           "; give the files one by one, or an archive that is packed less"));
    }

    Result<void> link(const std::string& path, const char* target) {
        const std::string problem = linkProblem(path, target ? target : "");
        if (!problem.empty()) {
            return invalid(cat("its entry \"", path, "\" is refused: it is a link, and ", problem));
        }
        if (!wanted_(path)) return {};
        const Result<Descriptor> parent = parentOf(path);
        if (!parent) return parent.error();
        if (symlinkat(target, parent->get(), baseName(path)) != 0) {
            return errno == EEXIST ? twice(path) : ioError(path, errno);
        }
        if (layers_) layers_->addLink(path);
        return {};
    }

    Result<void> hardLink(const std::string& path, const std::string& target) {
        if (const std::string problem = pathProblem(target); !problem.empty()) {
            return invalid(
                cat("its entry \"", path, "\" is refused: it is a link, and of its target ", problem));
        }
        if (!wanted_(path)) return {};
        const Result<Descriptor> from = parentOf(target);
        if (!from) return from.error();
        const Result<Descriptor> to = parentOf(path);
        if (!to) return to.error();
        // A symbolic link would lead elsewhere from another depth.
        struct stat status {};
        const bool regular = fstatat(from->get(), baseName(target), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
                             S_ISREG(status.st_mode);
        if (!regular) {
            return invalid(cat("its entry \"", path, "\" is refused: it is a link to \"", target,
                               "\", which is no file that was unpacked before"));
        }
        if (linkat(from->get(), baseName(target), to->get(), baseName(path), 0) != 0) {
            return errno == EEXIST ? twice(path) : ioError(path, errno);
        }
        add(path, static_cast<uint64_t>(status.st_size));
        return {};
    }

    static const char* baseName(const std::string& path) {
        const size_t slash = path.rfind('/');
        return path.c_str() + (slash == std::string::npos ? 0 : slash + 1);
    }

    archive* reader_;
    const ArchiveSource* source_;
    Expansion& expansion_;
    uint64_t bound_;
    const std::function<bool(const std::string&)>& wanted_;
    const std::function<bool()>& goOn_;
    LayerTree* layers_;
    Descriptor root_;
    Unpacked out_;
    std::set<std::string> tops_;
};

void allow(archive* reader, ArchiveKind kind) {
    if (kind == ArchiveKind::Zip) {
        archive_read_support_format_zip(reader);
    } else {
        archive_read_support_format_tar(reader);
    }
    if (kind == ArchiveKind::TarGzip) archive_read_support_filter_gzip(reader);
}

Result<Unpacked> unpacked(archive* reader, ArchiveKind kind, const std::filesystem::path& archive,
                          const std::filesystem::path& into,
                          const std::function<bool(const std::string&)>& wanted,
                          const std::function<bool()>& goOn, LayerTree* layers) {
    std::error_code failed;
    const uint64_t size = std::filesystem::file_size(archive, failed);
    if (failed) return invalid(cat("it cannot be read: ", failed.message()));
    std::filesystem::create_directories(into, failed);
    if (failed) return ioError(into.string(), failed.value());
    Expansion alone;
    Expansion& expansion = layers ? layers->expansion() : alone;
    expansion.packed += size;
    // What is left out of a zip, which tells where each entry is, is not unpacked.
    if (kind == ArchiveKind::Zip) {
        if (archive_read_open_filename(reader, archive.c_str(), kBlockBytes) != ARCHIVE_OK) {
            return unreadable(reader);
        }
        return Unpacking(reader, expansion, wanted, goOn, layers, nullptr).run(into);
    }
    const uint64_t bound = boundOf(expansion);
    ArchiveSource source(reader, bound - std::min(bound, expansion.passed));
    if (const Result<void> opened = source.open(archive); !opened) return opened.error();
    Result<Unpacked> out = Unpacking(reader, expansion, wanted, goOn, layers, &source).run(into);
    expansion.passed += source.unpacked();
    return out;
}

}  // namespace

Result<Unpacked> unpack(const std::filesystem::path& archive, ArchiveKind kind,
                        const std::filesystem::path& into,
                        const std::function<bool(const std::string&)>& wanted,
                        const std::function<bool()>& goOn) {
    const std::unique_ptr<struct archive, FreeArchive> reader(archive_read_new());
    allow(reader.get(), kind);
    return unpacked(reader.get(), kind, archive, into, wanted, goOn, nullptr);
}

Result<void> unpackLayer(const std::filesystem::path& archive, LayerTree& tree,
                         const std::function<bool(const std::string&)>& wanted,
                         const std::function<bool()>& goOn) {
    const std::unique_ptr<struct archive, FreeArchive> reader(archive_read_new());
    allow(reader.get(), ArchiveKind::TarGzip);
    archive_read_support_filter_zstd(reader.get());
    tree.nextLayer();
    const Result<Unpacked> done =
        unpacked(reader.get(), ArchiveKind::TarGzip, archive, tree.root(), wanted, goOn, &tree);
    return done ? Result<void>() : Result<void>(done.error());
}

}  // namespace serin::fetch
