package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"cobijo/bot"
	"cobijo/bot/simulate"
)

type simulateCmd struct {
	HTTPAddr string        `name:"http-addr" default:"localhost:8090" help:"Where the page listens: on this machine alone."`
	Operator string        `env:"COBIJO_OPERATOR" help:"Who runs this assistant, as its first message says it."`
	Replay   []string      `help:"Recorded conversations to play in place of the page: what came is printed, and the exit code is 1 where it was something else." type:"existingfile" placeholder:"FILE"`
	On       string        `enum:"telegram,slack" default:"telegram" help:"Where recordings are played: telegram or slack."`
	Day      string        `help:"The day on which it takes place (2026-11-25), for recordings that tell of dates. None: today." placeholder:"DATE"`
	Wait     time.Duration `default:"3s" help:"How long a replay waits for more when something else came than was recorded."`
}

// mostWait is how long a replay waits for an answer.
const mostWait = 30 * time.Second

// Run serves the page until the context ends, or plays recordings.
func (c *simulateCmd) Run(ctx context.Context, s *streams) error {
	log := slog.New(slog.NewTextHandler(s.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	if err := c.local(); err != nil {
		return err
	}
	now, err := c.clock()
	if err != nil {
		return err
	}
	ctx, sim, wait, err := c.start(ctx, now, log)
	if err != nil {
		return err
	}
	if len(c.Replay) > 0 {
		return errors.Join(c.play(ctx, sim, s), wait())
	}
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", c.HTTPAddr)
	if err != nil {
		return errors.Join(fmt.Errorf("listen on %s: %w", c.HTTPAddr, err), wait())
	}
	server := &http.Server{Handler: sim, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second, WriteTimeout: time.Minute}
	fmt.Fprintf(s.out, "The rehearsal is on http://%s (Ctrl-C ends it)\n", listener.Addr())
	return errors.Join(serve(ctx, server, listener), wait())
}

// local refuses an address that others could reach: whoever reaches the page speaks in anybody's name.
func (c *simulateCmd) local() error {
	host, _, err := net.SplitHostPort(c.HTTPAddr)
	if ip := net.ParseIP(host); err != nil || host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return usageError{fmt.Errorf("--http-addr is %q: the page is for this machine alone, as localhost:8090 is", c.HTTPAddr)}
	}
	return nil
}

// clock is today's, or that of another day on which time goes on from noon.
func (c *simulateCmd) clock() (func() time.Time, error) {
	if c.Day == "" {
		return time.Now, nil
	}
	day, err := time.Parse(time.DateOnly, c.Day)
	if err != nil {
		return nil, usageError{fmt.Errorf("--day is %q: a date such as 2026-11-25", c.Day)}
	}
	begun, noon := time.Now(), day.Add(12*time.Hour)
	return func() time.Time { return noon.Add(time.Since(begun)) }, nil
}

// shortcut is the callback_id of "find commitments" in bot/slack/manifest.yaml.
const shortcut = "find_commitments"

// start connects the assistant to both fakes as it is connected to the real services. The context that it gives ends where the
// assistant cannot serve; wait ends it all, and gives what went wrong.
func (c *simulateCmd) start(ctx context.Context, now func() time.Time, log *slog.Logger) (_ context.Context, sim *simulate.Server, wait func() error, err error) {
	quiet := slog.New(slog.DiscardHandler) // it says that nothing survives a restart, which nobody expects here
	svc, err := settings{Operator: c.Operator, SessionTTL: maxTTL, PerMinute: 1000, MaxRunes: 2000}.open(ctx, quiet)
	if err != nil {
		return ctx, nil, nil, err
	}
	svc.Service = bot.New(bot.Options{Dialogue: svc.talk, Store: svc.Store(), Texts: svc.texts, Log: log, Now: now})
	sim, err = simulate.New(svc.texts, simulate.Options{Shortcut: shortcut, Log: log})
	if err != nil {
		svc.close()
		return ctx, nil, nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	ends := []func() error{func() error { cancel(); return nil }}
	wait = func() error {
		var all []error
		for _, end := range ends {
			all = append(all, end())
		}
		sim.Close()
		svc.close()
		return errors.Join(all...)
	}
	mux := http.NewServeMux() // nothing is mounted: both are polled
	ctx, ended, err := telegramSettings{TelegramToken: sim.Telegram.Token, TelegramAPIURL: sim.Telegram.URL(), TelegramMode: "polling"}.serve(ctx, svc, mux, log)
	if err != nil {
		return ctx, nil, nil, errors.Join(err, wait())
	}
	ends = append(ends, ended)
	ctx, ended, err = slackSettings{
		SlackBotToken: sim.Slack.BotToken, SlackAppToken: sim.Slack.AppToken, SlackAPIURL: sim.Slack.URL(),
		SlackCommitments: "/commitments", SlackProtection: "/protection",
	}.serveSlack(ctx, svc, mux, log)
	if err != nil {
		return ctx, nil, nil, errors.Join(err, wait())
	}
	ends = append(ends, ended)
	ready, stop := context.WithTimeout(ctx, mostWait)
	defer stop()
	if err := sim.Slack.Connected(ready, 1); err != nil {
		return ctx, nil, nil, errors.Join(err, wait())
	}
	return ctx, sim, wait, nil
}

// play plays the recordings one after another.
func (c *simulateCmd) play(ctx context.Context, sim *simulate.Server, s *streams) error {
	differ := 0
	for _, file := range c.Replay {
		f, err := os.Open(file)
		if err != nil {
			return fmt.Errorf("open recording: %w", err)
		}
		n, err := sim.Replay(ctx, c.On, f, s.out, simulate.Patience{Most: mostWait, Quiet: c.Wait})
		f.Close()
		if err != nil {
			return fmt.Errorf("play %s: %w", file, err)
		}
		if n > 0 {
			fmt.Fprintf(s.err, "%s: %d answers differ\n", file, n)
		}
		differ += n
	}
	for _, p := range append(sim.Telegram.Problems(), sim.Slack.Problems()...) {
		fmt.Fprintln(s.err, "the real service would have refused:", p)
		differ++
	}
	if differ > 0 {
		return fmt.Errorf("%d differences", differ)
	}
	return nil
}
