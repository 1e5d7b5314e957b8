package telegram

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"cobijo/bot"
	"cobijo/bot/dialogue"
	"cobijo/locales"
)

// courier is what Telegram does with one request.
type courier struct {
	ctx context.Context
	c   *Channel
	r   *request

	discreet int  // minutes after which what is written now is deleted
	private  bool // nothing is kept of what is written now
	ask      bool // the answer bears the key that sends a position
	remove   bool // the answer takes that key away
}

// What only Telegram's own choices mean.
const (
	actNear     = "tg-near"
	actDiscreet = "tg-discreet" // tg-discreet:60
)

// afterMinutes are what discreet mode offers.
var afterMinutes = []int{5, 60, 24 * 60}

// Answer decides what to say.
func (k *courier) Answer(d *dialogue.Dialogue, now time.Time, s dialogue.Session) (dialogue.Session, []bot.Reply, []dialogue.Effect) {
	m := k.r.said
	k.discreet = s.Discreet
	k.number(&m, s)
	if !k.r.chat.private() {
		return k.group(d, now, s, m)
	}
	if to := start(m.Text); to != "" {
		m.Choice, m.Text = to, ""
	}
	word, rest := command(m.Text)
	act, of, _ := strings.Cut(m.Choice, ":")
	switch {
	case word == "discreet" || word == "discreto" || act == actDiscreet:
		if rest != "" {
			of = rest
		}
		s, replies := k.discreetly(s, of)
		return s, replies, nil
	case word == "near" || word == "cerca" || act == actNear:
		s, replies := k.near(s)
		return s, replies, nil
	}
	k.remove = m.Location != nil
	s, replies, effects := d.Handle(now, s, m)
	for _, e := range effects {
		k.private = k.private || e.Forget
	}
	return s, k.dress(&s, replies), effects
}

// dress adds what only Telegram can do.
func (k *courier) dress(s *dialogue.Session, replies []bot.Reply) []bot.Reply {
	if len(replies) == 0 {
		return nil
	}
	last := &replies[len(replies)-1]
	text := func(id string) string { return k.c.texts.Text(last.Lang, id) }
	switch {
	case k.private:
		last.Text += "\n\n" + text("telegram_clear_chat")
	case k.remove:
		last.Text += "\n\n" + text("telegram_near_menu")
	case k.r.forward:
		last.Text = text("telegram_forwarded")
	case k.r.caption:
		last.Text = "*" + text("telegram_caption") + "*\n\n" + last.Text
	case (last.Kind == dialogue.Handover || last.Topic == "where-to-get-help" || last.Topic == "shelter-and-aid") && last.Kind != dialogue.Emergency && k.r.said.Location == nil:
		near := dialogue.Choice{ID: actNear, Label: text("telegram_btn_near")}
		last.Choices = append(slices.Clip(last.Choices), near)
		s.Offered = append(slices.Clip(s.Offered), near.ID)
	}
	return replies
}

// number reads the number of one of Telegram's own choices, which the dialogue does not know.
func (k *courier) number(m *dialogue.Message, s dialogue.Session) {
	text := strings.TrimSpace(m.Text)
	if text == "" || text[0] > '9' || s.Awaits == "date" {
		return
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > len(s.Offered) {
		return
	}
	if id := s.Offered[n-1]; strings.HasPrefix(id, "tg-") {
		m.Text, m.Choice = "", id
	}
}

// start reads a deep link: "/start mx_deadlines", "/start c_mx-04".
func start(text string) (choice string) {
	rest, ok := strings.CutPrefix(text, "/start ")
	if !ok {
		return ""
	}
	country, topic, ok := strings.Cut(strings.TrimSpace(rest), "_")
	switch {
	case !ok || country == "" || topic == "" || strings.Trim(topic, "abcdefghijklmnopqrstuvwxyz0123456789-") != "":
		return ""
	case country == "c":
		return "commitment:" + topic
	}
	return "entry:" + country + "/" + topic
}

// command gives a command's word and what stands behind it.
func command(text string) (word, rest string) {
	text, ok := strings.CutPrefix(text, "/")
	if !ok {
		return "", ""
	}
	word, rest, _ = strings.Cut(text, " ")
	word, _, _ = strings.Cut(word, "@")
	return strings.ToLower(word), strings.TrimSpace(rest)
}

func (k *courier) lang(s *dialogue.Session) string {
	if s.Lang == "" {
		s.Lang, _ = k.c.texts.Match(k.r.hint)
	}
	return s.Lang
}

// discreetly turns discreet mode on or off, or asks.
func (k *courier) discreetly(s dialogue.Session, of string) (dialogue.Session, []bot.Reply) {
	lang := k.lang(&s)
	r := bot.Reply{Kind: dialogue.Menu, Lang: lang}
	menu := dialogue.Choice{ID: "menu", Label: k.c.texts.Text(lang, "btn_menu")}
	minutes, err := strconv.Atoi(of)
	switch {
	case of == "0" || of == "off" || of == "no":
		s.Discreet = 0
		r.Text, r.Choices = k.c.texts.Text(lang, "telegram_discreet_off"), []dialogue.Choice{menu}
	case err == nil && minutes > 0 && minutes <= afterMinutes[len(afterMinutes)-1]:
		s.Discreet = minutes
		r.Text, r.Choices = k.c.texts.Text(lang, "telegram_discreet_on", locales.Args{"After": k.c.after(lang, minutes)}), []dialogue.Choice{menu}
	default:
		r.Text = k.c.texts.Text(lang, "telegram_discreet_ask")
		if s.Discreet > 0 {
			r.Text += "\n\n" + k.c.texts.Text(lang, "telegram_discreet_now", locales.Args{"After": k.c.after(lang, s.Discreet)})
		}
		for _, n := range afterMinutes {
			r.Choices = append(r.Choices, dialogue.Choice{ID: actDiscreet + ":" + strconv.Itoa(n), Label: k.c.after(lang, n)})
		}
		r.Choices = append(r.Choices, dialogue.Choice{ID: actDiscreet + ":0", Label: k.c.texts.Text(lang, "telegram_btn_discreet_off")}, menu)
	}
	k.discreet = s.Discreet
	return offered(s, r), []bot.Reply{r}
}

// offered keeps a reply's choices, so that they can be pressed by number.
func offered(s dialogue.Session, r bot.Reply) dialogue.Session {
	s.Offered, s.Awaits = nil, ""
	for _, c := range r.Choices {
		s.Offered = append(s.Offered, c.ID)
	}
	return s
}

// after says a number of minutes.
func (c *Channel) after(lang string, minutes int) string {
	if minutes%60 == 0 {
		return c.texts.Count(lang, "telegram_hours", minutes/60)
	}
	return c.texts.Count(lang, "telegram_minutes", minutes)
}

// near asks for the position.
func (k *courier) near(s dialogue.Session) (dialogue.Session, []bot.Reply) {
	k.ask = true
	r := bot.Reply{Kind: dialogue.Menu, Lang: k.lang(&s), Text: k.c.texts.Text(s.Lang, "telegram_near_ask")}
	return offered(s, r), []bot.Reply{r}
}

// pages are the choices that show another page of the same: the message under which they stand is changed.
var pages = []string{"found", "participants", "themes", "preamble", "group", "campaigns", "compare"}

// edits tells whether the answer takes the place of the message under which the button stands.
func (k *courier) edits(replies []bot.Reply) bool {
	act, _, _ := strings.Cut(k.r.said.Choice, ":")
	return k.r.pressed && k.r.message != 0 && len(replies) == 1 && slices.Contains(pages, act) &&
		(replies[0].Kind == dialogue.Menu || replies[0].Kind == dialogue.Commitments)
}

// Forget lets what was sent be deleted, and takes back what may have been. In a group nothing is: it was said to all.
func (k *courier) Forget(receipts, left [][]byte, doubt bool) ([][]byte, error) {
	if !k.private {
		return nil, nil
	}
	if err := k.c.eraseLater(k.ctx, k.r.chat.ID, numbers(receipts), 0); err != nil {
		return nil, err
	}
	var bodies [][]byte
	for i, body := range left {
		p, ok := readParcel(body)
		switch {
		case !ok:
		case p.method == takeBack:
			bodies = append(bodies, body)
		case p.method == sendText && doubt && i == 0:
			p.method, p.message = takeBack, p.after+k.c.looked()
			bodies = append(bodies, p.bytes())
		}
	}
	return bodies, nil
}

// Write makes the calls that bring the replies.
func (k *courier) Write(replies []bot.Reply, _ [][]byte) [][]byte {
	var bodies [][]byte
	edits := k.edits(replies)
	after := max(k.r.message, 0)
	if k.r.chat.ID > 0 {
		after = max(after, k.c.latest.Load())
	}
	for _, r := range together(replies) {
		for _, rest := range k.c.pen.write(r) {
			p := parcel{
				method: sendText, keep: k.r.chat.private() && !k.private, discreet: k.discreet, chat: k.r.chat.ID, after: after, rest: rest,
			}
			switch {
			case edits:
				p.method, p.message, edits = editText, k.r.message, false
			case k.ask:
				p.method, p.rest = sendAsk, k.askKeys(r)
			case k.remove:
				p.method, p.rest, k.remove = sendAsk, removeKeys(rest), false
			case !k.r.chat.private():
				p.rest = k.inGroup(rest)
			}
			bodies = append(bodies, p.bytes())
		}
	}
	return bodies
}

// together joins what has no choices with what follows: a chat may be written to once a second, and one message is read more
// easily than two.
func together(replies []bot.Reply) []bot.Reply {
	if len(replies) < 2 {
		return replies
	}
	var joined []bot.Reply
	for _, r := range replies {
		if last := len(joined) - 1; last >= 0 && len(joined[last].Choices) == 0 && len(joined[last].Text)+len(r.Text) < maxUnits {
			r.Text = joined[last].Text + "\n\n" + r.Text
			joined[last] = r
			continue
		}
		joined = append(joined, r)
	}
	return joined
}

// askKeys are a message with the key that sends a position.
func (k *courier) askKeys(r bot.Reply) []byte {
	b := params(split(r.Text)[0], nil)
	b = append(b[:len(b)-1], `,"reply_markup":{"keyboard":[[{"text":`...)
	b = appendJSON(b, k.c.texts.Text(r.Lang, "telegram_btn_send_location"))
	b = append(b, `,"request_location":true}],[{"text":`...)
	b = appendJSON(b, k.c.texts.Text(r.Lang, "btn_menu"))
	return append(b, `}]],"resize_keyboard":true,"one_time_keyboard":true}}`...)
}

// removeKeys takes that key away. A message bears one kind of keys: the inline ones give way, and the text says how to go on.
func removeKeys(rest []byte) []byte {
	const markup = `,"reply_markup":{`
	if i := strings.LastIndex(string(rest), markup+`"inline_keyboard"`); i > 0 {
		rest = append(slices.Clone(rest[:i]), '}')
	}
	return append(slices.Clone(rest[:len(rest)-1]), markup+`"remove_keyboard":true}}`...)
}
