#pragma once

#include <source_location>
#include <string>
#include <vector>

namespace serin::conformance {

class Play;

// A difference between the two servers that is known and has its reason.
struct Difference {
    std::string where;  // part of its place, as the comparison prints it
    std::string reason;
    bool always = true;  // else it depends on who is quicker
};

// What an API server must do, in one sentence, and how that is seen.
struct Case {
    std::string sentence;
    void (*play)(Play&) = nullptr;
    std::string realOnly;  // why the simulated server does not do it; empty: it does
    std::vector<Difference> differences;
    std::source_location place;
};

// In the order of files and lines.
std::vector<Case> allCases();

// Marks of a case.
struct RealOnly {
    std::string reason;
};
struct Differs {
    std::vector<Difference> differences;
};

class Registration {
  public:
    Registration(const char* sentence, void (*play)(Play&),
                 std::source_location place = std::source_location::current());
    Registration(const char* sentence, void (*play)(Play&), Differs mark,
                 std::source_location place = std::source_location::current());
    Registration(const char* sentence, void (*play)(Play&), RealOnly mark,
                 std::source_location place = std::source_location::current());
};

}  // namespace serin::conformance

#define SERIN_CASE_NAMED(line, sentence, ...)                                          \
    static void playCase##line(::serin::conformance::Play&);                           \
    [[maybe_unused]] static const ::serin::conformance::Registration caseOfLine##line( \
        sentence, playCase##line __VA_OPT__(, ) __VA_ARGS__);                          \
    static void playCase##line([[maybe_unused]] ::serin::conformance::Play& play)
#define SERIN_CASE_AT(line, sentence, ...) SERIN_CASE_NAMED(line, sentence __VA_OPT__(, ) __VA_ARGS__)
// SERIN_CASE("what an API server must do") { … play … }
// Marks: SERIN_CASE("…", RealOnly{"why"}), or SERIN_CASE("…", Differs{{{"where", "why"}, …}}).
#define SERIN_CASE(sentence, ...) SERIN_CASE_AT(__LINE__, sentence __VA_OPT__(, ) __VA_ARGS__)
