package observe

import (
	"context"
	"errors"
	"iter"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// RedisHook counts and traces what is asked of Redis. It looks at no key and no value.
func (m *Metrics) RedisHook(traces trace.TracerProvider) redis.Hook {
	return redisHook{m, traces.Tracer("cobijo/redis")}
}

type redisHook struct {
	metrics *Metrics
	tracer  trace.Tracer
}

func (h redisHook) DialHook(next redis.DialHook) redis.DialHook { return next }

func (h redisHook) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		begun := time.Now()
		ctx, span := h.begin(ctx, cmd.Name(), cmd)
		err := next(ctx, cmd)
		h.end(span, time.Since(begun), kindOf(cmd, err))
		return err
	}
}

func (h redisHook) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		begun := time.Now()
		ctx, span := h.begin(ctx, "pipeline", cmds...)
		err := next(ctx, cmds)
		kind := redisKind(err)
		if len(cmds) > 0 {
			kind = kindOf(cmds[0], err)
		}
		// Of commands that went together each may fail by itself, and the error of all of them is the first one's.
		for _, cmd := range cmds {
			if k := kindOf(cmd, cmd.Err()); k != "" {
				h.metrics.redisErrors.WithLabelValues(k).Inc()
				kind = ""
			}
		}
		h.end(span, time.Since(begun), kind)
		return err
	}
}

// begin opens a span below one that is recorded; alone it would tell nothing.
func (h redisHook) begin(ctx context.Context, name string, cmds ...redis.Cmder) (context.Context, trace.Span) {
	if !trace.SpanFromContext(ctx).IsRecording() || len(cmds) > 0 && handshake(cmds[0]) {
		return ctx, nil
	}
	return h.tracer.Start(ctx, "redis "+name, trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(attribute.Int("cobijo.commands", len(cmds))))
}

func (h redisHook) end(span trace.Span, took time.Duration, kind string) {
	h.metrics.redisTime.Observe(seconds(took))
	if kind != "" {
		h.metrics.redisErrors.WithLabelValues(kind).Inc()
	}
	if span == nil {
		return
	}
	if kind != "" {
		span.SetStatus(codes.Error, kind) // its own words might quote an argument
	}
	span.End()
}

// The kinds of what Redis did not do.
const (
	kindUnreachable = "unreachable"
	kindTimeout     = "timeout"
	kindFull        = "full" // its memory
	kindDisk        = "disk"
	kindReadOnly    = "read-only"
	kindLoading     = "loading"
	kindRefused     = "refused"
	kindCluster     = "cluster"
	kindOther       = "other"
)

func redisKinds() iter.Seq[string] {
	return slices.Values([]string{kindUnreachable, kindTimeout, kindFull, kindDisk, kindReadOnly, kindLoading, kindRefused, kindCluster, kindOther})
}

// redisSays tells a kind by a word of the server's.
var redisSays = []struct{ word, kind string }{
	{"OOM ", kindFull},
	{"MISCONF", kindDisk},
	{"READONLY", kindReadOnly},
	{"LOADING", kindLoading},
	{"NOAUTH", kindRefused},
	{"WRONGPASS", kindRefused},
	{"NOPERM", kindRefused},
	{"CLUSTERDOWN", kindCluster},
	{"TRYAGAIN", kindCluster},
	{"CROSSSLOT", kindCluster},
	{"MOVED ", kindCluster},
	{"ASK ", kindCluster},
}

// handshake tells whether the client itself asks it when it connects: what an older server does not know of it is no failure.
func handshake(cmd redis.Cmder) bool { return cmd.Name() == "client" || cmd.Name() == "hello" }

func kindOf(cmd redis.Cmder, err error) string {
	kind := redisKind(err)
	if kind == kindOther && handshake(cmd) {
		return ""
	}
	return kind
}

// redisKind tells what kind of failure an error is; "" where it is none.
func redisKind(err error) string {
	switch {
	case err == nil, errors.Is(err, redis.Nil), errors.Is(err, redis.TxFailedErr), errors.Is(err, context.Canceled):
		return ""
	case errors.Is(err, context.DeadlineExceeded):
		return kindTimeout
	}
	if said := redis.Error(nil); errors.As(err, &said) {
		words := said.Error()
		if strings.HasPrefix(words, "NOSCRIPT") { // the client sends the script itself then
			return ""
		}
		for _, s := range redisSays {
			if strings.Contains(words, s.word) {
				return s.kind
			}
		}
		if !errors.Is(err, redis.ErrClosed) {
			return kindOther
		}
	}
	if timeout := net.Error(nil); errors.As(err, &timeout) && timeout.Timeout() {
		return kindTimeout
	}
	return kindUnreachable
}
