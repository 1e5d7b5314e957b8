package observe

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// collector sends spans to a collector by OTLP over HTTP: an otlptrace.Client. The library's own brings all of gRPC along, 3 MB of
// the binary, for one POST.
// https://opentelemetry.io/docs/specs/otlp/#otlphttp
type collector struct {
	url    string
	header http.Header
	client *http.Client
}

// collectorTime is how long the collector may take for one batch, as the specification has it.
const collectorTime = 10 * time.Second

// maxAnswer is how much of a collector's answer is read, so that the connection can be used again.
const maxAnswer = 64 << 10

// newCollector reads the OTEL_EXPORTER_OTLP_ variables; nil where they name no collector.
// https://opentelemetry.io/docs/specs/otel/protocol/exporter/
func newCollector(getenv func(string) string) (*collector, error) {
	setting := func(name string) string {
		if v := getenv("OTEL_EXPORTER_OTLP_TRACES_" + name); v != "" {
			return v
		}
		return getenv("OTEL_EXPORTER_OTLP_" + name)
	}
	addr := getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
	if addr == "" {
		if addr = getenv("OTEL_EXPORTER_OTLP_ENDPOINT"); addr == "" {
			return nil, nil //nolint:nilnil // nothing is wrong: traces are not wanted
		}
		addr = strings.TrimSuffix(addr, "/") + "/v1/traces"
	}
	// The address is not quoted: a key may stand in it.
	u, err := url.Parse(addr)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, errors.New("OTEL_EXPORTER_OTLP_ENDPOINT is no address (http://… or https://…)")
	}
	if p := setting("PROTOCOL"); p != "" && p != "http/protobuf" {
		return nil, fmt.Errorf("OTEL_EXPORTER_OTLP_PROTOCOL is %q: http/protobuf", p)
	}
	c := &collector{url: u.String(), header: http.Header{"Content-Type": {"application/x-protobuf"}}, client: &http.Client{
		Timeout:       collectorTime,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // it would carry the headers elsewhere
	}}
	for pair := range strings.SplitSeq(setting("HEADERS"), ",") {
		name, value, ok := strings.Cut(pair, "=")
		if value, err = url.QueryUnescape(strings.TrimSpace(value)); err != nil || !ok && strings.TrimSpace(pair) != "" {
			return nil, errors.New("OTEL_EXPORTER_OTLP_HEADERS cannot be read: name=value,name=value")
		}
		if ok {
			c.header.Set(strings.TrimSpace(name), value)
		}
	}
	return c, nil
}

// Start has nothing to begin: a collector that is away now may be there later.
func (c *collector) Start(context.Context) error { return nil }

// Stop closes the connections.
func (c *collector) Stop(context.Context) error {
	c.client.CloseIdleConnections()
	return nil
}

// UploadTraces sends spans. TracesData is the request's own wire format, without the gRPC service that stands beside it.
func (c *collector) UploadTraces(ctx context.Context, spans []*tracepb.ResourceSpans) error {
	body, err := proto.Marshal(&tracepb.TracesData{ResourceSpans: spans})
	if err != nil {
		return errors.New("write spans")
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return errors.New("ask the collector")
	}
	r.Header = c.header.Clone()
	resp, err := c.client.Do(r)
	if err != nil {
		return errors.New("reach the collector") // the error quotes its address
	}
	defer resp.Body.Close() //nolint:errcheck // it was read
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, maxAnswer))
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("the collector answers %d", resp.StatusCode)
	}
	return nil
}
