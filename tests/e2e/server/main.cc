// serin-test-server: an inference server whose faults can be ordered, and the load that is sent to it.
#include <cstdio>
#include <cstring>
#include <map>
#include <string>

#include "load.h"
#include "serve.h"

int main(int argc, char** argv) {
    if (argc == 1 || (argc == 2 && std::strcmp(argv[1], "serve") == 0)) return testserver::serve();
    if (std::strcmp(argv[1], "load") != 0) {
        std::fprintf(stderr, "usage: serin-test-server [serve | load to=ADDRESS:PORT model=NAME rate=N ...]\n");
        return 2;
    }
    std::map<std::string, std::string> options;
    for (int i = 2; i < argc; ++i) {
        const std::string word = argv[i];
        const size_t equals = word.find('=');
        if (equals == std::string::npos) {
            std::fprintf(stderr, "not an option: %s\n", argv[i]);
            return 2;
        }
        options[word.substr(0, equals)] = word.substr(equals + 1);
    }
    return testserver::load(options);
}
