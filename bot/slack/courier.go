package slack

import (
	"context"
	"crypto/rand"
	"strings"
	"time"

	"cobijo/bot"
	"cobijo/bot/dialogue"
	"cobijo/bot/store"
)

// asker is who asks, and where the answer goes.
type asker struct {
	team, user, channel, thread string
	url                         string // the response address of a command or a press; "" for none
	replace                     bool   // the answer takes the place of what the button stands under
}

// private tells whether the talk is a direct message.
func (a *asker) private() bool { return strings.HasPrefix(a.channel, "D") }

// request is a question to the dialogue, whichever way it came.
type request struct {
	asker
	id   string // a repeat has the same
	said dialogue.Message
}

// pace is how often a chat is written to. https://docs.slack.dev/apis/web-api/rate-limits
func (c *Channel) pace() store.Pace {
	if c.o.Unpaced {
		return store.Pace{}
	}
	return store.Pace{Every: time.Second, Burst: 3}
}

// every is how long a chat is left alone between two messages that had to wait.
func (c *Channel) every([]byte) time.Duration { return c.pace().Every }

// ask lets the dialogue answer. The request must have the turn of its chat.
func (c *Channel) ask(ctx context.Context, r *request) error {
	lang, chosen := c.language(ctx, r.team, r.user)
	r.said.LangHint = lang
	m := bot.Message{Channel: channel, Chat: r.team + "/" + chatOf(r.channel, r.user), ID: r.id, Message: r.said}
	return c.service.Exchange(ctx, m, &courier{ctx: ctx, c: c, r: r, lang: lang, chosen: chosen}, c.out, c.pace())
}

// language gives the language in which somebody is talked to: the one they chose, else that of their Slack.
func (c *Channel) language(ctx context.Context, team, user string) (lang string, chosen bool) {
	lang, err := c.store.Preferred(ctx, channel, team+"/"+user)
	if err != nil {
		c.o.Log.ErrorContext(ctx, "which language somebody chose is not known", "channel", channel, "error", err)
	}
	if _, ok := c.texts.Match(lang); ok && lang != "" {
		return lang, true
	}
	lang, _ = c.texts.Match(c.people.get(ctx, user).locale)
	return lang, false
}

// courier is what Slack does with one question.
type courier struct {
	ctx    context.Context
	c      *Channel
	r      *request
	lang   string
	chosen bool

	forget bool
}

// Answer decides what to say.
func (k *courier) Answer(d *dialogue.Dialogue, now time.Time, s dialogue.Session) (dialogue.Session, []bot.Reply, []dialogue.Effect) {
	// Who asks here is staff, and was told who answers when the app was installed.
	s.Introduced, s.Staff = true, true
	if k.chosen {
		s.Lang, s.LangChosen = k.lang, true
	}
	if isHelp(k.r.said.Text) {
		return s, []bot.Reply{{Kind: dialogue.Menu, Lang: k.lang, ID: helpReply}}, nil
	}
	before := s
	s, replies, effects := d.Handle(now, s, k.r.said)
	for _, e := range effects {
		k.forget = k.forget || e.Forget
	}
	if s.Lang != before.Lang && s.LangChosen && (strings.HasPrefix(k.r.said.Choice, "lang:") || !strings.Contains(k.r.said.Text, " ")) {
		k.c.prefer(k.ctx, k.r.team, k.r.user, s.Lang)
	}
	return s, replies, effects
}

// helpReply stands for what this channel says of itself.
const helpReply = "slack/help"

func isHelp(text string) bool {
	switch strings.ToLower(strings.Trim(text, " .!¡¿?/")) {
	case "help", "ayuda", "start", "inicio", "hola", "hello", "hi":
		return true
	}
	return false
}

func (c *Channel) prefer(ctx context.Context, team, user, lang string) {
	if err := c.store.Prefer(ctx, channel, team+"/"+user, lang); err != nil {
		c.o.Log.ErrorContext(ctx, "a chosen language is not kept", "channel", channel, "error", err)
	}
}

// Forget takes back what may have been posted when the answer to it was lost, and goes on deleting what is to be deleted already.
func (k *courier) Forget(_, left [][]byte, doubt bool) ([][]byte, error) {
	var bodies [][]byte
	for i, body := range left {
		p, err := readParcel(body)
		switch {
		case err != nil:
		case p.Method == methodDelete:
			bodies = append(bodies, body)
		case p.Method == methodPost && doubt && i == 0:
			bodies = append(bodies, (&parcel{Method: methodDelete, Channel: p.Channel, Thread: p.Thread, ID: p.ID, Since: p.Since}).bytes())
		}
	}
	return bodies, nil
}

// Write makes the messages that bring the replies.
func (k *courier) Write(replies []bot.Reply, receipts [][]byte) [][]byte {
	var bodies [][]byte
	if k.forget {
		bodies = k.erase(receipts)
	}
	for _, r := range together(replies) {
		for _, m := range k.c.sheetOf(k.ctx, r).messages() {
			bodies = append(bodies, k.c.parcelOf(&k.r.asker, m, !k.forget).bytes())
			k.r.replace = false // what takes more than one message follows the first
		}
	}
	return bodies
}

// mostErased is how many of our own messages are deleted at most: each takes a call.
const mostErased = 40

// erase makes parcels that delete what we said in a direct message.
func (k *courier) erase(receipts [][]byte) [][]byte {
	var bodies [][]byte
	for _, r := range receipts[max(0, len(receipts)-mostErased):] {
		where, ts, ok := strings.Cut(string(r), " ")
		if ok {
			bodies = append(bodies, (&parcel{Method: methodDelete, Channel: where, TS: ts}).bytes())
		}
	}
	return bodies
}

// parcelOf addresses a message to whoever asked: in place of what the button stands under, in the direct message, or in the channel
// to that person alone.
func (c *Channel) parcelOf(a *asker, m *message, keep bool) *parcel {
	p := &parcel{Method: methodPost, Channel: a.channel, User: a.user, Thread: a.thread, Text: m.Text, Blocks: m.Blocks, Keep: keep && a.private(), Since: c.o.Now().Unix()}
	switch {
	case a.url != "" && (a.replace || !a.private()):
		p.Method, p.URL, p.Replace, p.Keep = methodRespond, a.url, a.replace, false
	case !a.private():
		p.Method, p.Keep = methodWhisper, false
	default:
		p.ID = rand.Text()
	}
	return p
}

// together joins what has no choices with what follows: one message is read more easily than two.
func together(replies []bot.Reply) []bot.Reply {
	var joined []bot.Reply
	for _, r := range replies {
		if last := len(joined) - 1; last >= 0 && len(joined[last].Choices) == 0 && joined[last].ID == "" {
			r.Text = joined[last].Text + "\n\n" + r.Text
			joined[last] = r
			continue
		}
		joined = append(joined, r)
	}
	return joined
}
