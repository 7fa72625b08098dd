#pragma once

#include "base/time.h"
#include "fetch/programs.h"

namespace serin::fetch {

// Programs of this machine, each in a process group of its own, which is killed where it has to end.
class SystemPrograms final : public Programs {
  public:
    // `silence`: for how long a program may say nothing.
    explicit SystemPrograms(Duration silence) : silence_(silence) {}
    Result<int> run(const Program& program, const std::function<bool(std::string_view)>& output,
                    const std::function<void(const Remark&)>& remark) override;

  private:
    Duration silence_;
};

}  // namespace serin::fetch
