#include "net/command.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>
#include <string_view>

#include "base/text.h"

namespace serin::net {
namespace {

constexpr size_t kErrorBytes = 1024;
constexpr int kLookMs = 20;  // how often the end of the program and a stop request are looked for

// The reading end of a pipe, not blocking, and its writing end until the program has it.
class Pipe {
  public:
    Pipe() {
        if (::pipe2(ends_.data(), O_CLOEXEC) != 0) ends_ = {-1, -1};
        ::fcntl(ends_[0], F_SETFL, O_NONBLOCK);
    }
    ~Pipe() {
        closeWriter();
        if (ends_[0] >= 0) ::close(ends_[0]);
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;

    int reader() const { return ends_[0]; }
    int writer() const { return ends_[1]; }
    void closeWriter() {
        if (ends_[1] >= 0) ::close(std::exchange(ends_[1], -1));
    }
    // Appends what is there. False at the end.
    bool read(std::string& into) const {
        std::array<char, 4096> block;
        const ssize_t got = ::read(ends_[0], block.data(), block.size());
        if (got > 0) into.append(block.data(), static_cast<size_t>(got));
        return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
    }

  private:
    std::array<int, 2> ends_{-1, -1};
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> out;
    out.reserve(texts.size() + 1);
    for (std::string& text : texts) out.push_back(text.data());
    out.push_back(nullptr);
    return out;
}

std::vector<std::string> environmentOf(const Command& command) {
    std::vector<std::string> out;
    for (const auto& [name, value] : command.environment) out.push_back(cat(name, '=', value));
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        const std::string_view name = text.substr(0, text.find('='));
        bool replaced = false;
        for (const auto& [mine, value] : command.environment) replaced = replaced || mine == name;
        if (!replaced) out.emplace_back(text);
    }
    return out;
}

// Our signals are ours, our files, too: the program gets neither.
class Spawning {
  public:
    Spawning(const Pipe& output, const Pipe& errors) {
        posix_spawn_file_actions_init(&files_);
        posix_spawn_file_actions_addopen(&files_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_adddup2(&files_, output.writer(), STDOUT_FILENO);
        posix_spawn_file_actions_adddup2(&files_, errors.writer(), STDERR_FILENO);
        posix_spawn_file_actions_addclosefrom_np(&files_, STDERR_FILENO + 1);
        posix_spawnattr_init(&attributes_);
        sigset_t set;
        sigemptyset(&set);
        posix_spawnattr_setsigmask(&attributes_, &set);
        for (const int signal : {SIGPIPE, SIGTERM, SIGINT}) sigaddset(&set, signal);
        posix_spawnattr_setsigdefault(&attributes_, &set);
        posix_spawnattr_setpgroup(&attributes_, 0);
        posix_spawnattr_setflags(&attributes_,
                                 POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    }
    ~Spawning() {
        posix_spawn_file_actions_destroy(&files_);
        posix_spawnattr_destroy(&attributes_);
    }
    Spawning(const Spawning&) = delete;
    Spawning& operator=(const Spawning&) = delete;

    // Zero or an errno.
    int start(const Command& command, pid_t& process) const {
        std::vector<std::string> arguments{command.program};
        arguments.insert(arguments.end(), command.arguments.begin(), command.arguments.end());
        std::vector<std::string> environment = environmentOf(command);
        return ::posix_spawnp(&process, command.program.c_str(), &files_, &attributes_,
                              pointers(arguments).data(), pointers(environment).data());
    }

  private:
    posix_spawn_file_actions_t files_;
    posix_spawnattr_t attributes_;
};

// A started program; killed with its group when it is left before its end.
class Process {
  public:
    explicit Process(pid_t id) : id_(id) {}
    ~Process() {
        if (ended_) return;
        ::kill(-id_, SIGKILL);
        ::waitpid(id_, nullptr, 0);
    }
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    bool ended() {
        int status = 0;
        if (!ended_ && ::waitpid(id_, &status, WNOHANG) == id_) {
            ended_ = true;
            status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        }
        return ended_;
    }
    int status() const { return status_; }

  private:
    pid_t id_;
    bool ended_ = false;
    int status_ = -1;
};

// Reads until the program has ended; what others hold its pipes open for is not waited for.
Result<CommandOutput> follow(Process& process, const Pipe& output, const Pipe& errors,
                             const CommandLimits& limits, const std::stop_token& stop) {
    const auto deadline = std::chrono::steady_clock::now() + limits.time;
    CommandOutput out;
    std::array<pollfd, 2> readers{{{output.reader(), POLLIN, 0}, {errors.reader(), POLLIN, 0}}};
    for (bool last = false;;) {
        ::poll(readers.data(), readers.size(), last ? 0 : kLookMs);
        const bool something = (readers[0].revents | readers[1].revents) != 0;
        if (readers[0].revents != 0 && !output.read(out.output)) readers[0].fd = -1;
        if (readers[1].revents != 0 && !errors.read(out.errors)) readers[1].fd = -1;
        if (out.errors.size() > kErrorBytes) out.errors.erase(0, out.errors.size() - kErrorBytes);
        if (out.output.size() > limits.outputBytes)
            return invalid(cat("it wrote more than ", limits.outputBytes, " bytes"));
        if (last && !something) break;
        last = process.ended();
        if (stop.stop_requested()) return Error{ErrorCode::Stopped, "stopped"};
        if (std::chrono::steady_clock::now() >= deadline)
            return Error{ErrorCode::Unavailable, cat("it did not end within ", formatDuration(limits.time))};
    }
    out.status = process.status();
    return out;
}

}  // namespace

Result<CommandOutput> runCommand(const Command& command, const CommandLimits& limits,
                                 const std::stop_token& stop) {
    if (stop.stop_requested()) return Error{ErrorCode::Stopped, "stopped"};
    Pipe output;
    Pipe errors;
    if (output.reader() < 0 || errors.reader() < 0)
        return Error{ErrorCode::Unavailable, cat("no pipe: ", std::strerror(errno))};
    pid_t id = 0;
    if (const int failure = Spawning(output, errors).start(command, id); failure != 0) {
        return Error{failure == ENOENT ? ErrorCode::NotFound : ErrorCode::Unavailable,
                     std::strerror(failure)};
    }
    output.closeWriter();
    errors.closeWriter();
    Process process(id);
    return follow(process, output, errors, limits, stop);
}

}  // namespace serin::net
