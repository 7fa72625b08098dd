#pragma once

#include <string>

namespace serin::runtime {

// Gives the calling thread a name for ps and debuggers (15 characters at most). Threads that it starts
// inherit it.
void nameThisThread(const char* name);
std::string nameOfThisThread();

// Names the calling thread, and so those it starts, for the life of this object.
class NamedWhile {
  public:
    explicit NamedWhile(const char* name) : before_(nameOfThisThread()) { nameThisThread(name); }
    ~NamedWhile() { nameThisThread(before_.c_str()); }
    NamedWhile(const NamedWhile&) = delete;
    NamedWhile& operator=(const NamedWhile&) = delete;

  private:
    std::string before_;
};

}  // namespace serin::runtime
