package observe

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/sdk/resource"
	"go.opentelemetry.io/otel/sdk/trace"
	api "go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

// sayAgain is how long a collector that cannot be reached is not complained of again.
const sayAgain = int64(time.Minute)

// Traces makes what traces go to. They are off, and cost nothing, unless OTEL_EXPORTER_OTLP_ENDPOINT (or
// OTEL_EXPORTER_OTLP_TRACES_ENDPOINT) names a collector; the OTEL_ variables tell all else too. stop sends what is left.
func Traces(ctx context.Context, version string, getenv func(string) string, log *slog.Logger) (provider api.TracerProvider, stop func(context.Context) error, err error) {
	client, err := newCollector(getenv)
	if err != nil {
		return nil, nil, err
	}
	if client == nil || getenv("OTEL_SDK_DISABLED") == "true" {
		return noop.NewTracerProvider(), func(context.Context) error { return nil }, nil
	}
	exporter, err := otlptrace.New(ctx, client)
	if err != nil {
		return nil, nil, fmt.Errorf("make exporter of traces: %w", err)
	}
	about, err := resource.New(ctx,
		resource.WithAttributes(attribute.String("service.name", "cobijo"), attribute.String("service.version", version)),
		resource.WithFromEnv())
	if err != nil {
		return nil, nil, fmt.Errorf("describe this program for traces: %w", err)
	}
	said := &atomic.Int64{}
	// Spans that are not taken are told of once a minute, not each time.
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(error) {
		now := time.Now().UnixNano()
		if last := said.Load(); now-last > sayAgain && said.CompareAndSwap(last, now) {
			log.WarnContext(ctx, "traces are not taken by the collector")
		}
	}))
	p := trace.NewTracerProvider(trace.WithBatcher(exporter), trace.WithResource(about))
	return p, p.Shutdown, nil
}
