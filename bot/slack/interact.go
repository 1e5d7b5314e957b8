package slack

import (
	"context"
	"strings"
	"time"

	api "github.com/slack-go/slack"

	"cobijo/bot/dialogue"
	"cobijo/bot/outbox"
)

const (
	pressTTL   = time.Hour               // a repeat of a press or a command comes within seconds
	submitTime = 2500 * time.Millisecond // a form waits for its answer no longer than three seconds
	workTime   = 30 * time.Second        // what is done after the acknowledgement
)

// command answers a slash command after it was acknowledged.
func (c *Channel) command(ctx context.Context, cmd *api.SlashCommand) {
	a := &asker{team: cmd.TeamID, user: cmd.UserID, channel: cmd.ChannelID, url: cmd.ResponseURL}
	c.later(ctx, "command", a, "command/"+cmd.TriggerID+"/"+cmd.UserID, func(ctx context.Context) error {
		lang, _ := c.language(ctx, a.team, a.user)
		text := plainText(cmd.Text, c.self().user)
		switch cmd.Command {
		case c.o.Commitments:
			return c.commitments(ctx, a, lang, text, cmd.TriggerID)
		case c.o.Protection:
			r := &request{asker: *a, id: "command/" + cmd.TriggerID, said: dialogue.Message{Text: text}}
			if text == "" {
				r.said.Text = "/menu"
			}
			return c.inTurn(ctx, r)
		}
		return c.say(ctx, a, c.helpSheet(lang))
	})
}

// inTurn asks the dialogue in the turn of the chat.
func (c *Channel) inTurn(ctx context.Context, r *request) error {
	return c.lanes.Enter(r.team+"/"+chatOf(r.channel, r.user)).Pass(ctx, func() error { return c.ask(ctx, r) })
}

// later does something after it was acknowledged, once. Whoever asked is told where it failed.
func (c *Channel) later(ctx context.Context, kind string, a *asker, what string, do func(ctx context.Context) error) {
	ctx = context.WithoutCancel(ctx)
	c.aside.Go(func() {
		ctx, cancel := context.WithTimeout(ctx, workTime)
		defer cancel()
		if !c.first(ctx, what, pressTTL) {
			return
		}
		err := c.guarded(ctx, kind, do)
		if err == nil {
			return
		}
		c.o.Log.ErrorContext(ctx, "not answered", "channel", channel, "kind", kind, "error", err)
		if kind := kindOf(err); kind == outbox.Gone || kind == outbox.Config || a.url == "" && a.channel == "" {
			return
		}
		lang, _ := c.language(ctx, a.team, a.user)
		a.replace = false
		s := &sheet{}
		s.section(c.texts.Text(lang, "slack_failed"))
		if err := c.say(ctx, a, s); err != nil {
			c.o.Log.WarnContext(ctx, "nor told so", "channel", channel, "error", err)
		}
	})
}

// guarded does something; a panic becomes an error that quotes nothing.
func (c *Channel) guarded(ctx context.Context, kind string, do func(ctx context.Context) error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errPanic
			c.o.Log.ErrorContext(ctx, "panic", "channel", channel, "kind", kind)
		}
	}()
	return do(ctx)
}

// say answers at once, beside the outbox: what was asked by a press or a command is asked again where the answer is lost. One pause
// that Slack wants is kept, if it is short.
func (c *Channel) say(ctx context.Context, a *asker, s *sheet) error {
	replace := a.replace
	for _, m := range s.messages() {
		p := c.parcelOf(a, m, false)
		p.Replace = replace && p.Method == methodRespond
		replace = false
		if err := c.patiently(ctx, func() error {
			_, err := c.Carry(ctx, p.bytes(), false)
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// shortPause is how long a pause that Slack wants is sat out where a person waits.
const shortPause = 5 * time.Second

// patiently calls again once, after a pause, where Slack surely did nothing.
func (c *Channel) patiently(ctx context.Context, call func() error) error {
	err := call()
	e := &outbox.SendError{}
	if err == nil || !asSend(err, &e) || !e.Unsent || e.Kind != outbox.Throttled && e.Kind != outbox.Unavailable || e.RetryAfter > shortPause {
		return err
	}
	select {
	case <-ctx.Done():
		return err
	case <-time.After(max(e.RetryAfter, 250*time.Millisecond)):
		return call()
	}
}

// press is a pressed button or a chosen option.
type press struct {
	asker
	trigger string
	act     string
	args    []string
	ok      bool   // the args could be read
	ts      string // of the message under which it stands
	view    *view  // in which it stands; nil for a message
}

// interaction handles what somebody pressed, submitted or chose; what it gives is the answer to the acknowledgement, nil for none.
func (c *Channel) interaction(ctx context.Context, cb *interaction) any {
	switch cb.Type {
	case pressType:
		for i := range cb.Actions {
			c.pressed(ctx, cb, &cb.Actions[i])
		}
	case submitType:
		ctx, cancel := context.WithTimeout(ctx, submitTime)
		defer cancel()
		return c.submit(ctx, cb)
	case shortcutType:
		c.shortcut(ctx, cb)
	}
	return nil
}

// pressOf reads a press.
func pressOf(cb *interaction, a *chosen) *press {
	p := &press{
		asker: asker{
			team: string(cb.Team), user: string(cb.User), channel: string(cb.Channel), thread: cb.Message.Thread, url: cb.ResponseURL,
			replace: cb.Container.Ephemeral,
		},
		trigger: cb.TriggerID, act: actOf(a.ActionID), ts: cb.Container.MessageTS,
	}
	if p.channel == "" {
		p.channel = cb.Container.Channel
	}
	if cb.View.ID != "" {
		p.view = &cb.View
	}
	v := a.Value
	if a.Option.Value != "" {
		v = a.Option.Value
	}
	p.args, p.ok = readValue(v)
	return p
}

// pressed handles a press after it was acknowledged.
func (c *Channel) pressed(ctx context.Context, cb *interaction, a *chosen) {
	p := pressOf(cb, a)
	// The same button pressed twice in one moment is pressed once; a repeat of a press bears the time of the press.
	what := strings.Join([]string{"press", p.user, a.ActionTS, a.ActionID, cb.TriggerID}, "/")
	c.later(ctx, "press", &p.asker, what, func(ctx context.Context) error {
		lang, _ := c.language(ctx, p.team, p.user)
		return c.act(ctx, p, lang)
	})
}

// shortcut finds the commitments that a message is about.
func (c *Channel) shortcut(ctx context.Context, cb *interaction) {
	a := &asker{team: string(cb.Team), user: string(cb.User), channel: string(cb.Channel), url: cb.ResponseURL}
	c.later(ctx, "shortcut", a, "shortcut/"+cb.TriggerID+"/"+string(cb.User), func(ctx context.Context) error {
		lang, _ := c.language(ctx, a.team, a.user)
		q := query{words: plainText(cb.Message.Text, c.self().user)}
		q.ids = idsOf(c.base.Find(q.filter(), clip(q.words, maxWords)))
		q.words = "" // a message of somebody else's stands in no button
		return c.say(ctx, a, c.listSheet(ctx, lang, q, 0))
	})
}
