package main

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/redis/go-redis/v9"
	"go.opentelemetry.io/otel/trace"

	"cobijo/bot/observe"
	"cobijo/bot/outbox"
	"cobijo/bot/store"
)

// observeSettings are what an operator sets to watch the assistant. Traces are set by OpenTelemetry's own variables.
type observeSettings struct {
	Log          string `name:"log" env:"COBIJO_LOG" enum:"text,json" default:"text" help:"How log lines are written: text or json."`
	MetricsToken string `name:"metrics-token" env:"COBIJO_METRICS_TOKEN" help:"What a scrape of /metrics must bear (Authorization: Bearer …). None: /metrics answers whoever comes directly, and nobody who comes through a proxy." placeholder:"TOKEN"`
}

// sight is what an operator sees of the running program.
type sight struct {
	registry *prometheus.Registry
	metrics  *observe.Metrics
	traces   trace.TracerProvider
	blind    func() // sends what is left
}

func newSight(ctx context.Context, log *slog.Logger) (*sight, error) {
	traces, stop, err := observe.Traces(ctx, version, os.Getenv, log)
	if err != nil {
		return nil, err
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	info := prometheus.NewGauge(prometheus.GaugeOpts{Name: "cobijo_build_info", Help: "1, with the version.", ConstLabels: prometheus.Labels{"version": version}})
	info.Set(1)
	registry.MustRegister(info)
	return &sight{registry: registry, metrics: observe.New(registry), traces: traces, blind: func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = stop(ctx) // a collector that is away loses the last spans, and nobody waits for it
	}}, nil
}

// sent counts a channel's attempts to send.
func (s *sight) sent(channel string) func(outbox.Kind, time.Duration) {
	return func(kind outbox.Kind, took time.Duration) {
		result := string(kind)
		if result == "" {
			result = "sent"
		}
		s.metrics.Sent(channel, result, took)
	}
}

// channels are those that have an outbox.
func (c *serveCmd) channels() (all []string) {
	if c.TelegramToken != "" {
		all = append(all, "telegram")
	}
	if c.SlackBotToken != "" {
		all = append(all, "slack")
	}
	return all
}

// metrics gives what is counted to whoever may see it. It tells of nobody, and yet of how much is asked in danger: the world at
// the other side of a proxy must not read it.
func (c *serveCmd) metrics(svc *service) http.Handler {
	svc.registry.MustRegister(observe.NewDepths(svc.Store(), c.channels()...))
	page := promhttp.HandlerFor(svc.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4, Timeout: 5 * time.Second})
	want := "Bearer " + c.MetricsToken
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case c.MetricsToken != "" && subtle.ConstantTimeCompare([]byte(r.Header.Get("Authorization")), []byte(want)) != 1:
			w.Header().Set("WWW-Authenticate", "Bearer")
			http.Error(w, "/metrics wants its token", http.StatusUnauthorized)
		case c.MetricsToken == "" && proxied(r):
			http.Error(w, "/metrics is not for the world: set COBIJO_METRICS_TOKEN, or ask this address directly", http.StatusForbidden)
		default:
			page.ServeHTTP(w, r)
		}
	})
}

// proxied tells whether a request says that it came through a proxy.
func proxied(r *http.Request) bool {
	for _, name := range []string{"X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "Via", "X-Real-Ip"} {
		if r.Header.Get(name) != "" {
			return true
		}
	}
	return false
}

// logger writes log lines without the secrets that the settings hold.
func (c *serveCmd) logger(w io.Writer) *slog.Logger {
	secrets := append([]string{c.MetricsToken, c.TelegramToken, c.TelegramWebhookSecret, c.SlackBotToken, c.SlackAppToken, c.SlackSigningSecret}, c.Secret...)
	for addr := range strings.SplitSeq(c.RedisURL, ",") {
		if u, err := url.Parse(strings.TrimSpace(addr)); err == nil && u.User != nil {
			password, _ := u.User.Password()
			secrets = append(secrets, password)
		}
	}
	return observe.NewLogger(w, observe.Format(c.Log), slog.LevelInfo, secrets...)
}

// gather lets what libraries say by themselves come in log lines like all else. Of Redis's client that is noise beside what is logged
// and counted of each failure.
func gather(log *slog.Logger) {
	slog.SetDefault(log)
	redis.SetLogger(redisLog{log})
}

type redisLog struct{ log *slog.Logger }

// Printf logs what the client says.
func (l redisLog) Printf(ctx context.Context, format string, v ...any) {
	l.log.DebugContext(ctx, "the client of Redis", "says", fmt.Sprintf(format, v...))
}

// askAgain is how long to wait before Redis is asked again for its settings.
const askAgain = 5 * time.Second

// advise warns of settings of Redis by which it loses what it is given, as soon as it can be asked.
func (s *service) advise(ctx context.Context, log *slog.Logger) {
	for {
		all, err := s.Store().Settings(ctx)
		switch {
		case err == nil:
			for _, one := range all {
				s.metrics.RedisSetting(one.Name, !one.Safe())
				if !one.Safe() {
					log.WarnContext(ctx, "Redis can lose what it is given", "setting", one.Name, "is", one.Value, "should_be", one.Want, "why", loses(one.Name))
				}
			}
			return
		case errors.Is(err, store.ErrSettingsHidden):
			log.InfoContext(ctx, "Redis does not tell its settings: see to it that appendonly is yes and maxmemory-policy is noeviction")
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(askAgain):
		}
	}
}

// loses says what a setting loses where it is not as it should be.
func loses(setting string) string {
	if setting == "appendonly" {
		return "a restart of Redis forgets chats, answers that wait to be sent, subscriptions and reports"
	}
	return "with its memory full Redis drops keys of its choice, subscriptions and reports among them"
}
