// Package slack is the channel to Slack: the commitments asked for by command, mention, direct message and shortcut, and the
// reminders by which coordination teams report on them.
//
// What Slack brings comes over HTTP (a signing secret) or Socket Mode (an app token), and is the same from there on: an event, a
// command or an interaction. It is checked, claimed so that a repeat is dropped, acknowledged within three seconds, and answered in
// the order of its chat. What is said goes through the outbox where it answers a person, and through bot/reminders where it reminds.
package slack

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"cobijo/bot"
	"cobijo/bot/lanes"
	"cobijo/bot/outbox"
	"cobijo/bot/progress"
	"cobijo/bot/reminders"
	"cobijo/bot/store"
	"cobijo/knowledge"
	"cobijo/locales"
)

// channel is what the store and the logs call it.
const channel = "slack"

// Options are what an operator decides, and what tests change.
type Options struct {
	BotToken      string  // xoxb-…
	AppToken      string  // xapp-…, for Socket Mode; "" for none
	SigningSecret string  // for HTTP; "" for none
	APIURL        string  // DefaultAPI where ""
	Commitments   string  // name of the command that asks for commitments; /commitments where ""
	Protection    string  // name of the command that asks for protection information; /protection where ""
	PerSecond     float64 // messages a second over all chats and replicas; 5 where 0, no limit where less
	Unpaced       bool    // no chat is spared: tests
	Side          int     // how many chats are answered side by side; 64 where 0
	PingTime      time.Duration
	Sent          func(kind outbox.Kind, took time.Duration) // is told of each attempt to send an answer; may be nil
	Log           *slog.Logger
	Now           func() time.Time // time.Now where nil
}

// Reminders is what the channel needs of the reminders: *reminders.Service is one.
type Reminders interface {
	Save(ctx context.Context, sub reminders.Subscription) (reminders.Subscription, error)
	Subscription(ctx context.Context, id string) (reminders.Subscription, error)
	Subscriptions(ctx context.Context, team, channel string) ([]reminders.Subscription, error)
	Pause(ctx context.Context, id, by string) error
	Resume(ctx context.Context, id string) error
	Delete(ctx context.Context, id string) error
	Next(sub reminders.Subscription, n int) ([]reminders.Occurrence, error)
	PostNow(ctx context.Context, id, user string) error
	Waiting(ctx context.Context, team, user string, groups []string) ([]reminders.Digest, error)
	Digest(ctx context.Context, occurrence string) (reminders.Digest, reminders.Posted, error)
	ChannelGone(ctx context.Context, team, channel, cause string) error
	TeamGone(ctx context.Context, team, cause string) error

	Report(ctx context.Context, a reminders.Action, r progress.Report) (reminders.Digest, error)
	NothingNew(ctx context.Context, a reminders.Action) (reminders.Digest, error)
	Snooze(ctx context.Context, a reminders.Action, until time.Time) (reminders.Digest, error)
	Reassign(ctx context.Context, a reminders.Action, to progress.Person) (reminders.Digest, error)
	Stop(ctx context.Context, a reminders.Action) (reminders.Digest, error)
	NoteFromThread(ctx context.Context, m reminders.ThreadMessage) (bool, error)
}

// Channel is Slack. It is a reminders.Poster and a reminders.Members too.
type Channel struct {
	o       Options
	service *bot.Service
	base    *knowledge.Base
	texts   *locales.Catalog
	store   *store.Store
	book    *progress.Book
	remind  Reminders // nil where there are no reminders

	w      *wire
	people *people
	out    *outbox.Outbox
	lanes  *lanes.Lanes[string]

	me        atomic.Pointer[identity]
	connected atomic.Bool // Socket Mode
	ending    atomic.Bool
	aside     sync.WaitGroup
}

var (
	_ reminders.Poster  = (*Channel)(nil)
	_ reminders.Members = (*Channel)(nil)

	commandName = regexp.MustCompile(`^/[a-z0-9_-]{1,31}$`)
)

// New makes the channel. book is what is reported of the commitments; nil where nothing is.
func New(service *bot.Service, base *knowledge.Base, texts *locales.Catalog, book *progress.Book, o Options) (*Channel, error) {
	if o.Commitments == "" {
		o.Commitments = "/commitments"
	}
	if o.Protection == "" {
		o.Protection = "/protection"
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	if o.APIURL == "" {
		o.APIURL = DefaultAPI
	}
	if o.PerSecond == 0 {
		o.PerSecond = 5
	}
	if o.Side == 0 {
		o.Side = 64
	}
	if o.PingTime == 0 {
		o.PingTime = 30 * time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	w, err := newWire(o)
	if err != nil {
		return nil, fmt.Errorf("SLACK_API_URL: %w", err)
	}
	c := &Channel{o: o, service: service, base: base, texts: texts, store: service.Store(), book: book, w: w, lanes: lanes.New[string](o.Side)}
	c.people = newPeople(w, o.Now)
	c.out = outbox.New(outbox.Options{
		Channel: channel, Replica: newReplica(), PerSecond: max(o.PerSecond, 0), Queue: c.store, Carrier: c, Every: c.every, Sent: o.Sent, Log: o.Log, Now: o.Now,
	})
	return c, nil
}

// check names a setting that is missing or malformed; it quotes no token.
func (o *Options) check() error {
	switch {
	case !strings.HasPrefix(o.BotToken, "xoxb-"):
		return errors.New("SLACK_BOT_TOKEN is malformed: a bot's token begins with xoxb-")
	case o.AppToken == "" && o.SigningSecret == "":
		return errors.New("SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP) is missing: Slack needs one of them")
	case o.AppToken != "" && !strings.HasPrefix(o.AppToken, "xapp-"):
		return errors.New("SLACK_APP_TOKEN is malformed: an app's token begins with xapp-")
	case o.SigningSecret != "" && len(o.SigningSecret) < 16:
		return errors.New("SLACK_SIGNING_SECRET is malformed: it has 16 characters or more")
	case !commandName.MatchString(o.Commitments):
		return fmt.Errorf("SLACK_COMMAND_COMMITMENTS is %q: a slash and up to 31 of a-z, 0-9, _ and -", o.Commitments)
	case !commandName.MatchString(o.Protection):
		return fmt.Errorf("SLACK_COMMAND_PROTECTION is %q: a slash and up to 31 of a-z, 0-9, _ and -", o.Protection)
	case o.Commitments == o.Protection:
		return fmt.Errorf("SLACK_COMMAND_COMMITMENTS and SLACK_COMMAND_PROTECTION are both %s", o.Protection)
	}
	return nil
}

// Remind gives the channel the reminders. It is called before Run, since the reminders need the channel too.
func (c *Channel) Remind(r Reminders) { c.remind = r }

func newReplica() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails: it ends the program instead
	return hex.EncodeToString(b[:])
}

const (
	drainTime = 10 * time.Second // how long what was begun may take to end
	askAgain  = 10 * time.Second // between two attempts to learn who we are
)

// Run serves until the context ends, and then ends what was begun. With a signing secret, Mount must be called too.
func (c *Channel) Run(ctx context.Context) error {
	work, stop := context.WithCancel(context.WithoutCancel(ctx)) // what was begun goes on for a while after the context ended
	defer stop()
	var wg sync.WaitGroup
	wg.Go(func() { c.out.Run(ctx) })
	err := c.introduce(ctx)
	if err == nil && c.o.AppToken != "" {
		err = c.socket(ctx, work)
	} else if err == nil {
		<-ctx.Done()
	}
	c.ending.Store(true)
	if err != nil && ctx.Err() == nil {
		return err
	}
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
		c.o.Log.WarnContext(work, "not all that was begun is ended; Slack delivers events again", "channel", channel)
	}
	return nil
}

// introduce learns who we are, which tells our own messages from others'. The error is that the token is no good.
func (c *Channel) introduce(ctx context.Context) error {
	for wait := time.Second; ; wait = min(2*wait, askAgain) {
		res, err := c.w.bot.AuthTestContext(ctx)
		if err == nil {
			c.me.Store(&identity{user: res.UserID, bot: res.BotID, team: res.TeamID})
			return nil
		}
		err = failure("auth.test", err)
		if kindOf(err) == outbox.Config {
			return fmt.Errorf("SLACK_BOT_TOKEN: %w", err)
		}
		c.o.Log.WarnContext(ctx, "Slack does not answer yet", "channel", channel, "cause", err.Error())
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
	}
}

func (c *Channel) self() identity {
	if me := c.me.Load(); me != nil {
		return *me
	}
	return identity{}
}

// Ready tells whether Slack can be served: we know who we are, and with Socket Mode are connected.
func (c *Channel) Ready() error {
	switch {
	case c.me.Load() == nil:
		return errors.New("Slack did not say yet who we are") //nolint:staticcheck // a name
	case c.o.AppToken != "" && !c.connected.Load():
		return errors.New("not connected to Slack")
	}
	return nil
}

// Mount puts the paths that Slack calls on a mux; none without a signing secret.
func (c *Channel) Mount(mux *http.ServeMux) {
	if c.o.SigningSecret == "" {
		return
	}
	mux.HandleFunc("/slack/events", c.httpEvents)
	mux.HandleFunc("/slack/commands", c.httpCommands)
	mux.HandleFunc("/slack/interactions", c.httpInteractions)
}
