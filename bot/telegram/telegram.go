// Package telegram is the assistant on Telegram: updates in, by webhook or by polling, and answers out through the outbox. The
// library go-telegram/bot calls what is called rarely; the updates, the order within a chat, the delivery and the calls that
// every answer takes are here, for the library does none of that.
package telegram

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	tg "github.com/go-telegram/bot"

	"cobijo/bot"
	"cobijo/bot/lanes"
	"cobijo/bot/outbox"
	"cobijo/bot/store"
	"cobijo/knowledge"
	"cobijo/locales"
)

const channel = "telegram"

// DefaultAPI is Telegram's own Bot API server.
const DefaultAPI = "https://api.telegram.org"

// Mode is how updates come.
type Mode string

// The modes.
const (
	Polling Mode = "polling"
	Webhook Mode = "webhook"
)

// Options are what an operator decides.
type Options struct {
	Token      string
	APIURL     string // DefaultAPI where empty
	Mode       Mode   // Polling where empty
	Secret     string // of the webhook; required with Webhook
	WebhookURL string // where Telegram is to send updates; it is registered at start where it is given
	// PerSecond is how many messages go out in a second over all replicas: 30 where zero, no limit where negative.
	PerSecond float64
	Unpaced   bool                                       // no limit a chat either: for a measurement
	Side      int                                        // how many chats are answered side by side; 256 where zero
	Sent      func(kind outbox.Kind, took time.Duration) // is told of each attempt to send; may be nil
	Log       *slog.Logger
	Now       func() time.Time // time.Now where nil
	// PollTime is how long one request for updates may wait; 25 seconds where zero.
	PollTime time.Duration
}

// Channel is the assistant on Telegram.
type Channel struct {
	o         Options
	service   *bot.Service
	base      *knowledge.Base
	texts     *locales.Catalog
	store     *store.Store
	wire      *tg.Bot
	api       *api
	out       *outbox.Outbox
	pen       *pen
	buffers   buffers
	lanes     *lanes.Lanes[int64]
	replica   string
	me        atomic.Pointer[identity]
	latest    atomic.Int64  // the highest number of a message in a private chat that was seen
	begun     atomic.Bool   // a first message was begun
	measured  chan struct{} // closed when a message was sent
	measuring sync.Once
	ending    atomic.Bool
	aside     sync.WaitGroup // calls that nothing waits for
}

// identity is what the bot is called.
type identity struct {
	id       int64
	username string
}

// New makes the channel. It calls nobody yet.
func New(service *bot.Service, base *knowledge.Base, texts *locales.Catalog, o Options) (*Channel, error) {
	switch {
	case o.Token == "" || strings.ContainsAny(o.Token, " /?#\n"):
		return nil, errors.New("the token is missing or malformed")
	case o.Mode == "":
		o.Mode = Polling
	case o.Mode != Polling && o.Mode != Webhook:
		return nil, fmt.Errorf("the mode is %q: polling or webhook", o.Mode)
	}
	if o.Mode == Webhook && !goodSecret(o.Secret) {
		return nil, errors.New("a webhook needs a secret of 16 to 256 letters, digits, _ and -")
	}
	if o.APIURL == "" {
		o.APIURL = DefaultAPI
	}
	if o.PerSecond == 0 {
		o.PerSecond = 30
	}
	if o.Side == 0 {
		o.Side = 256
	}
	if o.PollTime == 0 {
		o.PollTime = 25 * time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	c := &Channel{o: o, service: service, base: base, texts: texts, store: service.Store(), replica: newReplica(), lanes: lanes.New[int64](o.Side), measured: make(chan struct{})}
	c.api = newAPI(o.APIURL, o.Token)
	c.pen = newPen(texts)
	wire, err := tg.New(o.Token, tg.WithSkipGetMe(), tg.WithServerURL(strings.TrimSuffix(o.APIURL, "/")),
		tg.WithHTTPClient(o.PollTime, c.api), tg.WithErrorsHandler(func(error) {}))
	if err != nil {
		return nil, errors.New("make the client: the token is malformed") // the library's error might quote it
	}
	c.wire = wire
	c.out = outbox.New(outbox.Options{
		Channel: channel, Replica: c.replica, PerSecond: max(o.PerSecond, 0), Queue: c.store, Carrier: c, Every: c.every, Sent: o.Sent, Log: o.Log, Now: o.Now,
	})
	return c, nil
}

// goodSecret tells whether Telegram takes the secret, and nobody guesses it.
// https://core.telegram.org/bots/api#setwebhook
func goodSecret(s string) bool {
	return len(s) >= 16 && len(s) <= 256 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") == ""
}

func newReplica() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails: it ends the program instead
	return hex.EncodeToString(b[:])
}

// drainTime is how long what was begun may take to end.
const drainTime = 10 * time.Second

// Run serves until the context ends, and then ends what was begun. With a webhook, Handler must be mounted.
func (c *Channel) Run(ctx context.Context) error {
	// What was begun goes on for a while after the context ended.
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var wg sync.WaitGroup
	wg.Go(func() { c.out.Run(ctx) })
	wg.Go(func() { c.erase(ctx) })
	if err := c.introduce(ctx); err != nil {
		if ctx.Err() != nil {
			err = nil
		}
		return err
	}
	if c.o.Mode == Polling {
		c.poll(ctx, work)
	} else {
		<-ctx.Done()
	}
	c.ending.Store(true)
	ended := make(chan struct{})
	go func() {
		c.lanes.Wait()
		c.aside.Wait()
		wg.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-time.After(drainTime):
		c.o.Log.WarnContext(work, "not all that was begun is ended; Telegram delivers it again", "channel", channel)
	}
	return nil
}

// Handler takes updates by webhook.
func (c *Channel) Handler() http.Handler { return http.HandlerFunc(c.webhook) }

// bot gives what the bot is called; nothing yet while Telegram did not answer.
func (c *Channel) self() identity {
	if me := c.me.Load(); me != nil {
		return *me
	}
	return identity{}
}
