#include "fetch/system_programs.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include "base/text.h"
#include "fetch/descriptor.h"

namespace serin::fetch {
namespace {

constexpr size_t kBufferBytes = 65'536;
constexpr size_t kLongestRemark = 4096;
constexpr std::array kInherited{"PATH",      "HTTPS_PROXY", "https_proxy", "ALL_PROXY",
                                "all_proxy", "NO_PROXY",    "no_proxy"};

struct Pipe {
    Descriptor reading;
    Descriptor writing;
};

Result<Pipe> makePipe() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) {
        return Error{ErrorCode::Unavailable, cat("no pipe can be made: ", std::strerror(errno))};
    }
    return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

std::vector<std::string> environmentOf(const Program& program) {
    std::vector<std::string> out;
    for (const char* name : kInherited) {
        if (const char* value = std::getenv(name)) out.push_back(cat(name, "=", value));
    }
    for (const auto& [name, value] : program.environment) out.push_back(cat(name, "=", value));
    return out;
}

std::vector<char*> pointersTo(std::vector<std::string>& texts) {
    std::vector<char*> out;
    out.reserve(texts.size() + 1);
    for (std::string& text : texts) out.push_back(text.data());
    out.push_back(nullptr);
    return out;
}

// What posix_spawn() is told, for as long as it is needed.
class Instructions {
  public:
    Instructions(const Program& program, const Pipe& output, const Pipe& errors) {
        posix_spawn_file_actions_init(&actions_);
        posix_spawnattr_init(&attributes_);
        const char* input = program.input.empty() ? "/dev/null" : program.input.c_str();
        posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, input, O_RDONLY, 0);
        posix_spawn_file_actions_adddup2(&actions_, output.writing.get(), STDOUT_FILENO);
        posix_spawn_file_actions_adddup2(&actions_, errors.writing.get(), STDERR_FILENO);
        // What this process ignores would be ignored there too.
        sigset_t defaults;
        sigemptyset(&defaults);
        sigaddset(&defaults, SIGPIPE);
        posix_spawnattr_setsigdefault(&attributes_, &defaults);
        posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
    }
    ~Instructions() {
        posix_spawn_file_actions_destroy(&actions_);
        posix_spawnattr_destroy(&attributes_);
    }
    Instructions(const Instructions&) = delete;
    Instructions& operator=(const Instructions&) = delete;

    Result<pid_t> start(const Program& program) const {
        std::vector<std::string> words = program.words;
        std::vector<std::string> environment = environmentOf(program);
        pid_t out = 0;
        const int failed = posix_spawnp(&out, words[0].c_str(), &actions_, &attributes_,
                                        pointersTo(words).data(), pointersTo(environment).data());
        if (failed == 0) return out;
        return Error{failed == ENOENT ? ErrorCode::NotFound : ErrorCode::Unavailable,
                     cat(words[0], " cannot be started: ", std::strerror(failed))};
    }

  private:
    posix_spawn_file_actions_t actions_{};
    posix_spawnattr_t attributes_{};
};

// Cuts what comes into remarks.
class Remarks {
  public:
    explicit Remarks(const std::function<void(const Remark&)>& tell) : tell_(tell) {}
    void add(std::string_view bytes) {
        for (const char c : bytes) {
            if (c != '\n' && c != '\r') {
                if (text_.size() < kLongestRemark) text_ += c;
                continue;
            }
            end(c == '\r');
        }
    }
    void end(bool passing) {
        if (!trim(text_).empty()) tell_({std::string(trim(text_)), passing});
        text_.clear();
    }

  private:
    const std::function<void(const Remark&)>& tell_;
    std::string text_;
};

// Reads both pipes until they end.
class Reading {
  public:
    Reading(Pipe& output, Pipe& errors, const std::function<bool(std::string_view)>& take,
            const std::function<void(const Remark&)>& remark)
        : ends_{std::move(output.reading), std::move(errors.reading)}, take_(take), remarks_(remark) {}

    Result<void> toTheEnd(Duration silence) {
        while (ends_[0] || ends_[1]) {
            std::array<pollfd, 2> waited{pollfd{ends_[0].get(), POLLIN, 0},
                                         pollfd{ends_[1].get(), POLLIN, 0}};
            const int ready = poll(waited.data(), waited.size(), static_cast<int>(silence.count()));
            if (ready < 0 && errno == EINTR) continue;
            if (ready <= 0) {
                return Error{ErrorCode::Unavailable, cat("it said nothing for ", formatDuration(silence))};
            }
            for (size_t i = 0; i < waited.size(); ++i) {
                if (waited[i].revents != 0 && !read(i)) return Error{ErrorCode::Stopped, "stopped"};
            }
        }
        remarks_.end(false);
        return {};
    }

  private:
    bool read(size_t i) {
        const ssize_t count = ::read(ends_[i].get(), buffer_.data(), buffer_.size());
        if (count < 0 && errno == EINTR) return true;
        if (count <= 0) {
            ends_[i].close();
            return true;
        }
        const std::string_view bytes(buffer_.data(), static_cast<size_t>(count));
        if (i == 0) return take_(bytes);
        remarks_.add(bytes);
        return true;
    }

    std::array<Descriptor, 2> ends_;
    const std::function<bool(std::string_view)>& take_;
    Remarks remarks_;
    std::array<char, kBufferBytes> buffer_{};
};

int statusOf(pid_t child) {
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

Result<int> SystemPrograms::run(const Program& program, const std::function<bool(std::string_view)>& output,
                                const std::function<void(const Remark&)>& remark) {
    Result<Pipe> out = makePipe();
    if (!out) return out.error();
    Result<Pipe> errors = makePipe();
    if (!errors) return errors.error();
    const Result<pid_t> child = Instructions(program, *out, *errors).start(program);
    if (!child) return child.error();
    out->writing.close();
    errors->writing.close();
    const Result<void> read = Reading(*out, *errors, output, remark).toTheEnd(silence_);
    if (!read) ::kill(-*child, SIGKILL);
    const int status = statusOf(*child);
    if (read) return status;
    return Error{read.error().code, cat(program.words[0], ": ", read.error().message)};
}

}  // namespace serin::fetch
