// Records what a Go server with native histograms shows: client_golang.pb, client_golang.txt. The observations are
// repeated in protobuf_page_test.cc. In a folder of its own:
//
//	go mod init example && go get github.com/prometheus/client_golang@v1.24.1 && go run record.go
package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

func main() {
	registry := prometheus.NewRegistry()
	requests := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "http_requests_total", Help: "Requests."}, []string{"code", "path"})
	took := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "took_seconds", Help: "How long.", NativeHistogramBucketFactor: 1.1, NativeHistogramMaxBucketNumber: 100}, []string{"path"})
	both := prometheus.NewHistogram(prometheus.HistogramOpts{Name: "both_seconds", Help: "Classic too.", Buckets: []float64{0.1, 0.5}, NativeHistogramBucketFactor: 1.1})
	margin := prometheus.NewHistogram(prometheus.HistogramOpts{Name: "margin", Help: "Of both signs.", NativeHistogramBucketFactor: 1.5})
	unused := prometheus.NewHistogram(prometheus.HistogramOpts{Name: "unused_seconds", Help: "No observation.", NativeHistogramBucketFactor: 1.1})
	classic := prometheus.NewHistogram(prometheus.HistogramOpts{Name: "classic_seconds", Help: "Classic alone.", Buckets: []float64{0.25, 1}})
	size := prometheus.NewSummary(prometheus.SummaryOpts{Name: "size_bytes", Help: "Sizes.", Objectives: map[float64]float64{0.5: 0.05, 0.9: 0.01}})
	load := prometheus.NewGauge(prometheus.GaugeOpts{Name: "load", Help: "A gauge."})
	registry.MustRegister(requests, took, both, margin, unused, classic, size, load)

	requests.WithLabelValues("200", "/infer").Add(90)
	requests.WithLabelValues("500", "/infer \"quoted\"").Add(3)
	load.Set(-1.5)
	for i := 1; i <= 400; i++ {
		v := 0.002 * float64(i)
		took.WithLabelValues("/infer").(prometheus.ExemplarObserver).ObserveWithExemplar(v, prometheus.Labels{"trace_id": fmt.Sprint(i)})
		both.Observe(v)
		classic.Observe(v)
		size.Observe(float64(i))
	}
	took.WithLabelValues("/infer").Observe(0)
	for _, v := range []float64{0.25, 0.5, 1, 2, 4} { // on the edges
		took.WithLabelValues("/edges").Observe(v)
	}
	for i := 0; i < 30; i++ {
		margin.Observe(0.5 * float64(i))
		margin.Observe(-0.7 * float64(i))
	}
	handler := promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
	for name, accept := range map[string]string{
		"client_golang.pb":  "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1",
		"client_golang.txt": "text/plain;version=0.0.4",
	} {
		request := httptest.NewRequest(http.MethodGet, "/metrics", nil)
		request.Header.Set("Accept", accept)
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, request)
		body, _ := io.ReadAll(answer.Body)
		if err := os.WriteFile(name, body, 0o644); err != nil {
			panic(err)
		}
	}
}
