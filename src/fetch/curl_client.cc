#include "fetch/curl_client.h"

#include <curl/curl.h>

#include <array>
#include <mutex>
#include <vector>

#include "base/text.h"

namespace serin::fetch {
namespace {

constexpr long kBufferBytes = 256L * 1024;
constexpr long kMostHeaderBytes = 64L * 1024;

struct CloseHandle {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
using Handle = std::unique_ptr<CURL, CloseHandle>;

struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, FreeList>;

// What curl's callbacks get: the answer's head as it grows, and who reads it.
struct Receiving {
    CURL* handle;
    TransferReader* reader;
    TransferHead head;
    size_t headBytes = 0;
    bool told = false;     // the reader has the head
    bool stopped = false;  // by the reader
    bool tooLong = false;  // the head
};

void tellHead(Receiving& to) {
    to.told = true;
    const char* redirect = nullptr;
    curl_easy_getinfo(to.handle, CURLINFO_REDIRECT_URL, &redirect);
    if (redirect) to.head.redirect = redirect;
    to.stopped = !to.reader->head(to.head);
}

void startHead(Receiving& to) {
    long status = 0;
    curl_easy_getinfo(to.handle, CURLINFO_RESPONSE_CODE, &status);
    to.head = {static_cast<int>(status), {}, ""};
}

size_t onHeader(char* data, size_t size, size_t count, void* user) {
    auto& to = *static_cast<Receiving*>(user);
    const std::string_view line = trim(std::string_view(data, size * count));
    to.headBytes += size * count;
    to.tooLong = to.headBytes > static_cast<size_t>(kMostHeaderBytes);
    if (to.tooLong) return 0;
    if (line.starts_with("HTTP/")) {
        startHead(to);
    } else if (const size_t colon = line.find(':'); colon != std::string_view::npos && !to.told) {
        const std::string name = lowerCase(line.substr(0, colon));
        std::string& value = to.head.headers[name];
        // Servers that can be opened in two ways say so in two lines (RFC 9110, sections 5.3 and 11.6.1).
        const bool joins = name == "www-authenticate" && !value.empty();
        value = cat(joins ? cat(value, ", ") : "", trim(line.substr(colon + 1)));
    }
    return size * count;
}

size_t onBody(char* data, size_t size, size_t count, void* user) {
    auto& to = *static_cast<Receiving*>(user);
    if (!to.told) tellHead(to);
    if (!to.stopped) to.stopped = !to.reader->bytes(std::string_view(data, size * count));
    return to.stopped ? 0 : size * count;
}

Error errorOf(CURLcode code, const char* words) {
    const std::string text = *words ? words : curl_easy_strerror(code);
    switch (code) {
        case CURLE_COULDNT_RESOLVE_PROXY:
        case CURLE_COULDNT_RESOLVE_HOST:
        case CURLE_COULDNT_CONNECT:
            return {ErrorCode::Unavailable, text};
        case CURLE_PEER_FAILED_VERIFICATION:
            return invalid(
                cat(text, "; name the authority in spec.model.source.ca where it is one of your own"));
        case CURLE_SSL_CACERT_BADFILE:
            return invalid(cat(text, "; the authorities have to be certificates in PEM"));
        case CURLE_URL_MALFORMAT:
        case CURLE_UNSUPPORTED_PROTOCOL:
            return invalid(text);
        default:
            return {ErrorCode::Unknown, text};
    }
}

// Nothing where a name or value could end its line.
std::optional<List> listOf(const std::map<std::string, std::string>& headers) {
    List out;
    for (const auto& [name, value] : headers) {
        if (cat(name, value).find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos)
            return std::nullopt;
        const std::string line = value.empty() ? cat(name, ';') : cat(name, ": ", value);
        curl_slist* const longer = curl_slist_append(out.get(), line.c_str());
        (void)out.release();
        out.reset(longer);
    }
    return out;
}

// Keeps the body of a short answer.
class Whole final : public TransferReader {
  public:
    explicit Whole(size_t most) : most_(most) {}
    bool head(const TransferHead& head) override {
        response.status = head.status;
        response.headers = head.headers;
        return true;
    }
    bool bytes(std::string_view bytes) override {
        if (response.body.size() + bytes.size() > most_) return false;
        response.body += bytes;
        return true;
    }
    HttpResponse response;

  private:
    size_t most_;
};

}  // namespace

// Handles that nobody uses at the moment; each keeps its connections.
class CurlClient::Handles {
  public:
    Handle take() {
        const std::scoped_lock lock(mutex_);
        if (free_.empty()) return Handle(curl_easy_init());
        Handle out = std::move(free_.back());
        free_.pop_back();
        return out;
    }
    void give(Handle handle) {
        curl_easy_reset(handle.get());
        const std::scoped_lock lock(mutex_);
        free_.push_back(std::move(handle));
    }

  private:
    std::mutex mutex_;
    std::vector<Handle> free_;
};

namespace {

void prepare(CURL* handle, const CurlSettings& settings, const std::string& url, const List& headers,
             Receiving& receiving) {
    curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(handle, CURLOPT_USERAGENT, "serin-fetch");
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_BUFFERSIZE, kBufferBytes);
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(settings.connect.count()));
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, onHeader);
    curl_easy_setopt(handle, CURLOPT_HEADERDATA, &receiving);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, onBody);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, &receiving);
    if (settings.caFile.empty()) return;
    curl_easy_setopt(handle, CURLOPT_CAINFO, settings.caFile.c_str());
    curl_easy_setopt(handle, CURLOPT_CAPATH, nullptr);
}

Result<TransferEnd> perform(CURL* handle, Receiving& receiving) {
    std::array<char, CURL_ERROR_SIZE> words{};
    curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, words.data());
    const CURLcode code = curl_easy_perform(handle);
    curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, nullptr);
    // An answer without a body calls for no bytes.
    if (code == CURLE_OK && !receiving.told) tellHead(receiving);
    if (receiving.stopped) return TransferEnd::Stopped;
    if (receiving.tooLong)
        return invalid(cat("the answer's head has more than ", kMostHeaderBytes, " bytes"));
    if (code != CURLE_OK) return errorOf(code, words.data());
    return TransferEnd::Complete;
}

Error brokenHeader() {
    return invalid("a header has a line break; see the keys of the Secret, a token is one line");
}

}  // namespace

CurlClient::CurlClient(CurlSettings settings)
    : settings_(std::move(settings)), handles_(std::make_unique<Handles>()) {
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

CurlClient::~CurlClient() {
    handles_.reset();
    curl_global_cleanup();
}

Result<TransferEnd> CurlClient::get(const std::string& url, const std::map<std::string, std::string>& headers,
                                    TransferReader& reader) {
    const std::optional<List> list = listOf(headers);
    if (!list) return brokenHeader();
    Handle handle = handles_->take();
    Receiving receiving{handle.get(), &reader, {}, 0, false, false, false};
    prepare(handle.get(), settings_, url, *list, receiving);
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(settings_.silence);
    curl_easy_setopt(handle.get(), CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(handle.get(), CURLOPT_LOW_SPEED_TIME, static_cast<long>(seconds.count()));
    Result<TransferEnd> end = perform(handle.get(), receiving);
    handles_->give(std::move(handle));
    return end;
}

Result<HttpResponse> CurlClient::send(const std::string& url, const HttpRequest& request, size_t maxBytes) {
    const std::optional<List> list = listOf(request.headers);
    if (!list) return brokenHeader();
    Handle handle = handles_->take();
    Whole whole(maxBytes);
    Receiving receiving{handle.get(), &whole, {}, 0, false, false, false};
    prepare(handle.get(), settings_, url, *list, receiving);
    curl_easy_setopt(handle.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
    if (!request.body.empty() || request.method == "POST") {
        curl_easy_setopt(handle.get(), CURLOPT_POSTFIELDSIZE, static_cast<long>(request.body.size()));
        curl_easy_setopt(handle.get(), CURLOPT_COPYPOSTFIELDS, request.body.c_str());
    }
    if (request.method == "HEAD") curl_easy_setopt(handle.get(), CURLOPT_NOBODY, 1L);
    curl_easy_setopt(handle.get(), CURLOPT_CUSTOMREQUEST,
                     request.method == "HEAD" ? nullptr : request.method.c_str());
    const Result<TransferEnd> end = perform(handle.get(), receiving);
    handles_->give(std::move(handle));
    if (!end) return end.error();
    if (*end == TransferEnd::Stopped) return invalid(cat("the answer has more than ", maxBytes, " bytes"));
    return std::move(whole.response);
}

}  // namespace serin::fetch
