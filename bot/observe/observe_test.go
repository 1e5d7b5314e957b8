package observe

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/prometheus/common/expfmt"
	"github.com/redis/go-redis/v9"
	"go.opentelemetry.io/otel/trace/noop"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"cobijo/bot"
	"cobijo/bot/dialogue"
)

var nowhere = slog.New(slog.DiscardHandler)

func TestAnswers(t *testing.T) {
	reg := prometheus.NewPedanticRegistry()
	a := New(reg).Answers(noop.NewTracerProvider())
	for _, one := range []struct {
		channel string
		outcome bot.Outcome
		kind    dialogue.Kind
		topic   string
	}{
		{"web", bot.Answered, dialogue.Guidance, "deadlines"},
		{"telegram", bot.Answered, dialogue.Guidance, "deadlines"},
		{"telegram", bot.Answered, dialogue.Emergency, "violence"},
		{"telegram", bot.Forgetful, dialogue.None, ""},
		{"telegram", bot.Repeat, "", ""},
	} {
		ctx := a.Begin(t.Context(), one.channel)
		if one.kind != "" {
			a.Replied(ctx, one.kind, one.topic)
		}
		a.End(ctx, one.channel, one.outcome, -time.Second) // the clock was set back
	}
	want := `
# HELP cobijo_answers_total Replies by kind; those of kind guidance by topic too.
# TYPE cobijo_answers_total counter
cobijo_answers_total{kind="emergency",topic=""} 1
cobijo_answers_total{kind="guidance",topic="deadlines"} 2
cobijo_answers_total{kind="none",topic=""} 1
# HELP cobijo_updates_total Messages and presses that came, by channel and what became of them.
# TYPE cobijo_updates_total counter
cobijo_updates_total{channel="telegram",outcome="answered"} 2
cobijo_updates_total{channel="telegram",outcome="no-memory"} 1
cobijo_updates_total{channel="telegram",outcome="repeat"} 1
cobijo_updates_total{channel="web",outcome="answered"} 1
`
	if err := testutil.GatherAndCompare(reg, strings.NewReader(want), "cobijo_answers_total", "cobijo_updates_total"); err != nil {
		t.Error(err)
	}
}

// The library's own rules for names, units and help texts.
func TestMetricsAreWellNamed(t *testing.T) {
	reg := prometheus.NewPedanticRegistry()
	m := New(reg)
	m.Sent("telegram", "sent", time.Second)
	m.Reminder("sent")
	m.ReminderLag(time.Second)
	m.RedisSetting("appendonly", true)
	reg.MustRegister(NewDepths(depth{}, "telegram"))
	problems, err := testutil.GatherAndLint(reg)
	if err != nil || len(problems) > 0 {
		t.Errorf("%v %+v", err, problems)
	}
	if n, err := testutil.GatherAndCount(reg); err != nil || n < 10 {
		t.Errorf("%d metrics, %v", n, err)
	}
}

// What every update costs beside its answer.
func TestCountingAllocatesNothing(t *testing.T) {
	a := New(prometheus.NewRegistry()).Answers(noop.NewTracerProvider())
	ctx := t.Context()
	n := testing.AllocsPerRun(1000, func() {
		a.Replied(ctx, dialogue.Guidance, "deadlines")
		a.End(ctx, "telegram", bot.Answered, time.Millisecond)
	})
	if n > 0 {
		t.Errorf("%v allocations", n)
	}
}

type depth struct{ err error }

func (d depth) Waiting(context.Context, string) (int64, error) { return 3, d.err }
func (d depth) Ready(context.Context) error                    { return d.err }

func TestDepths(t *testing.T) {
	for _, tt := range []struct {
		store Depths
		want  string
	}{
		{depth{}, "cobijo_outbox_chats{channel=\"slack\"} 3\ncobijo_outbox_chats{channel=\"telegram\"} 3\ncobijo_store_ready 1\n"},
		{depth{errors.New("away")}, "cobijo_store_ready 0\n"},
	} {
		text, err := testutil.CollectAndFormat(NewDepths(tt.store, "slack", "telegram"), expfmt.TypeTextPlain, "cobijo_outbox_chats", "cobijo_store_ready")
		if err != nil {
			t.Fatal(err)
		}
		var got strings.Builder
		for line := range strings.Lines(string(text)) {
			if !strings.HasPrefix(line, "#") {
				got.WriteString(line)
			}
		}
		if d := cmp.Diff(tt.want, got.String()); d != "" {
			t.Error(d)
		}
	}
}

func TestRedisKinds(t *testing.T) {
	said := func(words string) error { return fmt.Errorf("begin turn: %w", redisError(words)) }
	for _, tt := range []struct {
		err  error
		want string
	}{
		{nil, ""},
		{redis.Nil, ""},
		{context.Canceled, ""},
		{redis.TxFailedErr, ""},
		{said("NOSCRIPT No matching script."), ""},
		{fmt.Errorf("x: %w", context.DeadlineExceeded), kindTimeout},
		{&net.OpError{Op: "dial", Err: errors.New("refused")}, kindUnreachable},
		{&net.OpError{Op: "read", Err: timeout{}}, kindTimeout},
		{io.EOF, kindUnreachable},
		{redis.ErrClosed, kindUnreachable},
		{said("OOM command not allowed when used memory > 'maxmemory'."), kindFull},
		{said("MISCONF Errors writing to the AOF file: No space left on device"), kindDisk},
		{said("READONLY You can't write against a read only replica."), kindReadOnly},
		{said("LOADING Redis is loading the dataset in memory"), kindLoading},
		{said("NOAUTH Authentication required."), kindRefused},
		{said("CLUSTERDOWN The cluster is down"), kindCluster},
		{said("ERR wrong number of arguments"), kindOther},
	} {
		if got := redisKind(tt.err); got != tt.want {
			t.Errorf("%v is %q, not %q", tt.err, got, tt.want)
		}
	}
}

type redisError string

func (e redisError) Error() string { return string(e) }
func (redisError) RedisError()     {}

type timeout struct{}

func (timeout) Error() string   { return "i/o timeout" }
func (timeout) Timeout() bool   { return true }
func (timeout) Temporary() bool { return true }

func TestRedisHook(t *testing.T) {
	server := miniredis.RunT(t)
	rdb := redis.NewClient(&redis.Options{Addr: server.Addr(), MaxRetries: -1})
	t.Cleanup(func() { _ = rdb.Close() })
	m := New(prometheus.NewRegistry())
	rdb.AddHook(m.RedisHook(noop.NewTracerProvider()))
	errs := func(kind string) float64 { return testutil.ToFloat64(m.redisErrors.WithLabelValues(kind)) }
	all := func() (n float64) {
		for kind := range redisKinds() {
			n += errs(kind)
		}
		return n
	}
	ctx := t.Context()
	rdb.Get(ctx, "nothing")
	rdb.Set(ctx, "a", "b", 0)
	if n := all(); n > 0 {
		t.Errorf("%v errors where there is none", n)
	}
	rdb.LPush(ctx, "a", "c") // a is no list
	pipe := rdb.Pipeline()
	pipe.Get(ctx, "a")
	pipe.LPush(ctx, "a", "c")
	pipe.LPush(ctx, "a", "d")
	_, _ = pipe.Exec(ctx)
	if n := errs(kindOther); n != 3 || all() != 3 {
		t.Errorf("%v errors of no kind, %v in all", n, all())
	}
	server.SetError("OOM command not allowed when used memory > 'maxmemory'.")
	rdb.Set(ctx, "a", "b", 0)
	if n := errs(kindFull); n != 1 {
		t.Errorf("%v errors of a full memory", n)
	}
	server.Close()
	rdb.Set(ctx, "a", "b", 0)
	if n := errs(kindUnreachable); n != 1 {
		t.Errorf("%v errors of a server that is away", n)
	}
}

func TestLogger(t *testing.T) {
	const token = "123456:a-token-of-a-bot"
	for _, format := range []Format{JSON, Text} {
		var b bytes.Buffer
		log := NewLogger(&b, format, slog.LevelInfo, token, "", "short")
		log.Debug("not shown")
		log.Info("began", "channel", "telegram")
		log.Error("failed", "error", fmt.Errorf("post https://api.example/bot%s/getMe: %w", token, io.EOF), "address", "x"+token+"y", "chat", 4242424242, "Text", "me llamo Zoraida",
			slog.Group("from", "first_name", "Zoraida"), "message", "short")
		got := b.String()
		for _, never := range []string{token, "4242424242", "Zoraida", "not shown"} {
			if strings.Contains(got, never) {
				t.Errorf("%s: %q is logged: %s", format, never, got)
			}
		}
		for _, want := range []string{"telegram", "EOF", Hidden, "short"} {
			if !strings.Contains(got, want) {
				t.Errorf("%s: no %q in %s", format, want, got)
			}
		}
		if format == JSON {
			for line := range strings.Lines(got) {
				if !json.Valid([]byte(line)) {
					t.Errorf("no JSON: %s", line)
				}
			}
		}
	}
}

func env(vars map[string]string) func(string) string {
	return func(name string) string { return vars[name] }
}

func TestTracesAreOffByDefault(t *testing.T) {
	for _, vars := range []map[string]string{
		nil,
		{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_SDK_DISABLED": "true"},
	} {
		p, stop, err := Traces(t.Context(), "dev", env(vars), nowhere)
		if err != nil {
			t.Fatal(err)
		}
		ctx := New(prometheus.NewRegistry()).Answers(p).Begin(t.Context(), "web")
		_, span := p.Tracer("x").Start(ctx, "x")
		if span.IsRecording() {
			t.Errorf("%v: spans are recorded", vars)
		}
		if err := stop(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

func TestTracesSettings(t *testing.T) {
	for _, vars := range []map[string]string{
		{"OTEL_EXPORTER_OTLP_ENDPOINT": "collector:4318"},
		{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://user:s3cret@%zz"},
		{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"},
		{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318", "OTEL_EXPORTER_OTLP_HEADERS": "s3cret"},
		{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318", "OTEL_EXPORTER_OTLP_HEADERS": "a=%zz s3cret"},
	} {
		_, _, err := Traces(t.Context(), "dev", env(vars), nowhere)
		if err == nil || !strings.Contains(err.Error(), "OTEL_EXPORTER_OTLP_") || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%v: %v", vars, err)
		}
	}
}

// A collector gets the spans of an answer, with what was asked of Redis for it, and neither topic nor key.
func TestTraces(t *testing.T) {
	var mu sync.Mutex
	var got tracepb.TracesData
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		if err != nil || r.URL.Path != "/v1/traces" || r.Header.Get("X-Key") != "a key" || proto.Unmarshal(body, &got) != nil {
			t.Errorf("%s %v: %v", r.URL.Path, r.Header, err)
		}
		w.WriteHeader(http.StatusOK)
	}))
	t.Cleanup(server.Close)
	p, stop, err := Traces(t.Context(), "v1", env(map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": server.URL + "/", "OTEL_EXPORTER_OTLP_HEADERS": "x-key=a%20key"}), nowhere)
	if err != nil {
		t.Fatal(err)
	}
	rdb := redis.NewClient(&redis.Options{Addr: miniredis.RunT(t).Addr()})
	t.Cleanup(func() { _ = rdb.Close() })
	m := New(prometheus.NewRegistry())
	rdb.AddHook(m.RedisHook(p))
	a := m.Answers(p)
	ctx := a.Begin(t.Context(), "web")
	rdb.Set(ctx, "a-secret-key", "Zoraida", 0)
	rdb.Set(t.Context(), "no-span-above", "", 0)
	a.Replied(ctx, dialogue.Guidance, "violence")
	a.End(ctx, "web", bot.Answered, time.Second)
	if err := stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	defer mu.Unlock()
	text := got.String()
	names := map[string]int{}
	for _, rs := range got.GetResourceSpans() {
		for _, ss := range rs.GetScopeSpans() {
			for _, s := range ss.GetSpans() {
				names[s.GetName()]++
			}
		}
	}
	if names["answer"] != 1 || names["redis set"] != 1 || len(names) != 2 {
		t.Errorf("spans: %v", names)
	}
	for _, never := range []string{"violence", "a-secret-key", "Zoraida"} {
		if strings.Contains(text, never) {
			t.Errorf("%q is in a span: %s", never, text)
		}
	}
	for _, want := range []string{"guidance", "answered", "service.name"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in %s", want, text)
		}
	}
}

// A collector that is away, or refuses, is told of once; nothing waits for it, and its address is not told.
func TestNoCollector(t *testing.T) {
	refuses := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusForbidden) }))
	t.Cleanup(refuses.Close)
	var b bytes.Buffer
	p, stop, err := Traces(t.Context(), "v1", env(map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": refuses.URL + "/s3cret"}), slog.New(slog.NewTextHandler(&b, nil)))
	if err != nil {
		t.Fatal(err)
	}
	_, span := p.Tracer("x").Start(t.Context(), "x")
	span.End()
	err = stop(t.Context())
	if got := fmt.Sprint(err, b.String()); !strings.Contains(got, "403") && !strings.Contains(got, "not taken") || strings.Contains(got, "s3cret") {
		t.Errorf("told: %s", got)
	}
}
