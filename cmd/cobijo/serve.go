package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"cobijo/bot"
	"cobijo/bot/dialogue"
	"cobijo/bot/progress"
	"cobijo/bot/store"
	"cobijo/bot/web"
	"cobijo/knowledge"
	"cobijo/locales"
	"cobijo/seeds"
)

// settings are what an operator sets in the environment; each is a flag too.
type settings struct {
	RedisURL   string        `name:"redis-url" env:"REDIS_URL" help:"Redis server (redis://, rediss://), or several addresses of a cluster, separated by commas. None: an embedded Redis, and nothing survives a restart." placeholder:"URL"`
	Secret     []string      `env:"COBIJO_SECRET" help:"Key for pseudonyms and encryption at rest, 16 bytes or more; required with REDIS_URL. To change it, put the new one first: NEW,OLD." placeholder:"KEY"`
	Operator   string        `env:"COBIJO_OPERATOR" help:"Who runs this assistant, as its first message says it."`
	SessionTTL time.Duration `name:"session-ttl" env:"COBIJO_SESSION_TTL" default:"24h" help:"How long language, country and last subject are remembered after a message (at most 24h)."`
	PerMinute  int           `env:"COBIJO_PER_MINUTE" default:"20" help:"How many messages of one chat are answered in a minute."`
	RedisWait  time.Duration `name:"redis-wait" env:"COBIJO_REDIS_WAIT" default:"5s" help:"How long a message waits for a Redis that restarts or fails over, before it is answered without memory."`
	MaxRunes   int           `env:"COBIJO_MAX_MESSAGE" default:"2000" help:"How many characters a message may have."`

	ShowProgress bool `name:"show-progress" env:"COBIJO_SHOW_PROGRESS" help:"Show to everybody, on the web and in the chat, the status that coordination teams reported of each commitment (no names, no notes)."`
}

type serveCmd struct {
	settings
	telegramSettings
	slackSettings
	observeSettings
	HTTPAddr string `name:"http-addr" env:"HTTP_ADDR" default:"localhost:8080" help:"Where the web chat, webhooks, /healthz, /readyz and /metrics listen."`
	Proxy    bool   `name:"behind-proxy" env:"COBIJO_BEHIND_PROXY" help:"A proxy stands before it and adds the client's address to X-Forwarded-For: the limit for each address counts by the last one there."`
	ExitURL  string `name:"exit-url" env:"COBIJO_EXIT_URL" help:"Where the button to leave quickly leads: a page that nobody wonders about." placeholder:"URL"`
	HTTPS    bool   `name:"https" env:"COBIJO_HTTPS" help:"The page is reached by https (behind a proxy): cookies are sent over nothing else."`
}

// maxTTL is the longest that a chat may be remembered: what the privacy text promises.
const maxTTL = 24 * time.Hour

// check names a setting that is missing or malformed.
func (c settings) check() error {
	switch {
	case c.RedisURL != "" && len(c.Secret) == 0:
		return errors.New("COBIJO_SECRET is missing: it is required with REDIS_URL")
	case c.SessionTTL <= 0 || c.SessionTTL > maxTTL:
		return fmt.Errorf("COBIJO_SESSION_TTL is %v: more than nothing, at most %v", c.SessionTTL, maxTTL)
	case c.PerMinute < 1:
		return fmt.Errorf("COBIJO_PER_MINUTE is %d: at least 1", c.PerMinute)
	case c.RedisWait < 0:
		return fmt.Errorf("COBIJO_REDIS_WAIT is %v: at least 0", c.RedisWait)
	case c.MaxRunes < 100:
		return fmt.Errorf("COBIJO_MAX_MESSAGE is %d: at least 100", c.MaxRunes)
	}
	for _, s := range c.Secret {
		if len(s) < store.MinSecret {
			return fmt.Errorf("COBIJO_SECRET has a key of %d bytes: at least %d", len(s), store.MinSecret)
		}
	}
	return nil
}

// service is the assistant with its memory, and what must be closed after it.
type service struct {
	*bot.Service
	*sight
	talk  *dialogue.Dialogue
	base  *knowledge.Base
	texts *locales.Catalog
	keys  [][]byte
	rdb   redis.UniversalClient
	ready []func() error  // beside the store: what else must be reached
	board *progress.Board // nil where progress is not shown
	close func()
}

// open reads the knowledge and reaches the store.
func (c settings) open(ctx context.Context, log *slog.Logger) (*service, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	base, err := knowledge.Load(seeds.FS)
	if err != nil {
		return nil, err
	}
	if base.Retrained {
		log.WarnContext(ctx, "the examples are not those of the shipped models: trained new ones; `make train` ships them")
	}
	texts, err := locales.Load(locales.FS)
	if err != nil {
		return nil, err
	}
	texts.OnError = func(lang, id string, err error) {
		log.ErrorContext(ctx, "text not whole", "lang", lang, "message", id, "error", err)
	}
	s := &service{base: base, texts: texts}
	if s.sight, err = newSight(ctx, log); err != nil {
		return nil, err
	}
	for _, k := range c.Secret {
		s.keys = append(s.keys, []byte(k))
	}
	if len(s.keys) == 0 {
		s.keys = [][]byte{store.RandomSecret()}
	}
	rdb, stop := store.Embedded()
	if c.RedisURL != "" {
		stop()
		if rdb, err = store.Connect(c.RedisURL); err != nil {
			return nil, fmt.Errorf("REDIS_URL: %w", err)
		}
		stop = func() { _ = rdb.Close() }
	} else {
		log.WarnContext(ctx, "REDIS_URL is not set: an embedded Redis serves, and nothing survives a restart")
	}
	rdb.AddHook(s.metrics.RedisHook(s.traces))
	st, err := store.New(rdb, store.Options{Secrets: s.keys, SessionTTL: c.SessionTTL, PerMinute: c.PerMinute, Patience: c.RedisWait})
	if err != nil {
		stop()
		return nil, err
	}
	s.rdb, s.close = rdb, func() {
		s.blind()
		stop()
	}
	talk := dialogue.Options{Operator: c.Operator, MaxRunes: c.MaxRunes}
	if c.ShowProgress {
		s.board = progress.NewBoard(progress.NewBook(st, nil))
		talk.Standings = s.standings
	}
	s.talk = dialogue.New(base, texts, talk)
	s.Service = bot.New(bot.Options{Dialogue: s.talk, Store: st, Texts: texts, Log: log, Observer: s.metrics.Answers(s.traces)})
	return s, nil
}

// shutdownTime is how long requests under way may take to end.
const shutdownTime = 10 * time.Second

// Run serves the web chat until the context ends.
func (c *serveCmd) Run(ctx context.Context, s *streams) error {
	log := c.logger(s.err)
	gather(log)
	svc, err := c.open(ctx, log)
	if err != nil {
		return err
	}
	defer svc.close()
	page, err := web.New(svc, svc.base, svc.texts, web.Options{Secret: svc.keys[0], Secure: c.HTTPS, ExitURL: c.ExitURL, ClientAddr: c.clientAddr(), Pack: svc.talk.Pack, Progress: svc.progress(), Log: log})
	if err != nil {
		return fmt.Errorf("make web chat: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle("/", page)
	mux.Handle("GET /metrics", c.metrics(svc))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if err := svc.Ready(r.Context()); err != nil {
			http.Error(w, "the store cannot be reached: answering without memory", http.StatusServiceUnavailable)
			return
		}
		for _, ready := range svc.ready {
			if err := ready(); err != nil {
				http.Error(w, err.Error(), http.StatusServiceUnavailable)
				return
			}
		}
		fmt.Fprintln(w, "ready")
	})
	if c.RedisURL != "" {
		go svc.advise(ctx, log)
	}
	svc.watch(ctx, log)
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", c.HTTPAddr)
	if err != nil {
		return fmt.Errorf("HTTP_ADDR: %w", err)
	}
	server := newServer(mux)
	ctx, slackEnded, err := c.serveSlack(ctx, svc, mux, log)
	if err != nil {
		return err
	}
	ctx, telegramEnded, err := c.serve(ctx, svc, mux, log)
	if err != nil {
		return errors.Join(err, slackEnded())
	}
	fmt.Fprintf(s.out, "Cobijo listens on http://%s (Ctrl-C ends it)\n", listener.Addr())
	return errors.Join(serve(ctx, server, listener), telegramEnded(), slackEnded())
}

// clientAddr tells how a request's client is known: behind a proxy by what the proxy says, which is the last address in the
// header (those before it may be the client's own invention). nil is the address of the connection.
func (c *serveCmd) clientAddr() func(*http.Request) string {
	if !c.Proxy {
		return nil
	}
	return func(r *http.Request) string {
		all := r.Header.Values("X-Forwarded-For")
		if len(all) == 0 {
			return r.RemoteAddr
		}
		addrs := strings.Split(all[len(all)-1], ",")
		return strings.TrimSpace(addrs[len(addrs)-1])
	}
}

// newServer makes a server that gives nobody more time and room than a message takes.
func newServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second, WriteTimeout: 15 * time.Second,
		IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelWarn), // its lines name clients' addresses
	}
}

// serve runs the server until the context ends, then lets requests under way end.
func serve(ctx context.Context, server *http.Server, listener net.Listener) error {
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
	defer cancel()
	if err := server.Shutdown(end); err != nil {
		return fmt.Errorf("shut down: %w", err)
	}
	return nil
}
