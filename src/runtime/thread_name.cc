#include "runtime/thread_name.h"

#include <pthread.h>

namespace serin::runtime {

void nameThisThread(const char* name) {
    pthread_setname_np(pthread_self(), name);
}

std::string nameOfThisThread() {
    char name[16] = {};
    pthread_getname_np(pthread_self(), name, sizeof name);
    return name;
}

}  // namespace serin::runtime
