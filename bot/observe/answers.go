package observe

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"cobijo/bot"
	"cobijo/bot/dialogue"
)

// Answers counts and traces how messages are answered: a bot.Observer.
type Answers struct {
	metrics *Metrics
	tracer  trace.Tracer
}

var _ bot.Observer = (*Answers)(nil)

// Answers makes the observer of a bot.Service.
func (m *Metrics) Answers(traces trace.TracerProvider) *Answers {
	return &Answers{metrics: m, tracer: traces.Tracer("cobijo/bot")}
}

// Begin opens a span where traces are on.
func (a *Answers) Begin(ctx context.Context, channel string) context.Context {
	if a.tracer == nil {
		return ctx
	}
	ctx, _ = a.tracer.Start(ctx, "answer", trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(attribute.String("cobijo.channel", channel)))
	return ctx
}

// Replied counts a reply. Of what is asked in danger no topic is told.
func (a *Answers) Replied(ctx context.Context, kind dialogue.Kind, topic string) {
	if kind != dialogue.Guidance {
		topic = ""
	}
	a.metrics.replies.WithLabelValues(string(kind), topic).Inc()
	if span := trace.SpanFromContext(ctx); span.IsRecording() {
		span.AddEvent("reply", trace.WithAttributes(attribute.String("cobijo.kind", string(kind))))
	}
}

// End counts an update and closes its span.
func (a *Answers) End(ctx context.Context, channel string, outcome bot.Outcome, took time.Duration) {
	a.metrics.updates.WithLabelValues(channel, string(outcome)).Inc()
	a.metrics.answering.WithLabelValues(channel).Observe(seconds(took))
	if span := trace.SpanFromContext(ctx); span.IsRecording() {
		span.SetAttributes(attribute.String("cobijo.outcome", string(outcome)))
		span.End()
	}
}
