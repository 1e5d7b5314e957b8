package telegram

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"cobijo/bot"
	"cobijo/bot/dialogue"
)

// A group reads with: there the commitments of the statement are talked about, and nobody's own situation.

// groupActs are the choices that a group may press.
var groupActs = []string{"commitments", "participants", "participant", "themes", "theme", "of", "found", "commitment", "preamble"}

func forGroup(choice string) bool {
	act, _, _ := strings.Cut(choice, ":")
	return slices.Contains(groupActs, act)
}

// group answers in a group.
func (k *courier) group(d *dialogue.Dialogue, now time.Time, s dialogue.Session, m dialogue.Message) (dialogue.Session, []bot.Reply, []dialogue.Effect) {
	k.discreet = 0
	s.Introduced = true // the introduction speaks to a person
	word, rest := command(m.Text)
	switch {
	case m.Choice != "" && !forGroup(m.Choice):
		return k.toPrivate(s, m, "")
	case m.Other || m.Location != nil || m.Text == "" && m.Choice == "":
		return k.toPrivate(s, m, "telegram_group_help")
	case word == "commitments" || word == "compromisos" || word == "language" || word == "idioma":
	case word == "start" && rest != "":
		return k.toPrivate(s, m, "")
	case word != "":
		return k.toPrivate(s, m, "telegram_group_help")
	}
	next, replies, effects := d.Handle(now, s, m)
	last := replies[len(replies)-1]
	switch {
	case last.Kind == dialogue.Emergency:
		// Somebody is in danger now: the numbers first, whoever reads with.
		last.Choices = []dialogue.Choice{k.doorway("start", last.Lang)}
	case last.Kind == dialogue.Commitments, last.Kind == dialogue.Menu && (forGroup(m.Choice) || word != ""):
		last.Choices = slices.DeleteFunc(slices.Clone(last.Choices), func(c dialogue.Choice) bool {
			return !forGroup(c.ID) && !strings.HasPrefix(c.ID, "lang:")
		})
	default:
		s.Lang = next.Lang
		link := "start"
		if last.Kind == dialogue.Guidance && last.ID != "" {
			link = strings.Replace(last.ID, "/", "_", 1)
		}
		return k.toPrivate(s, m, "telegram_group_private", link)
	}
	// What a group leaves behind is what it searched for, and its language.
	kept := dialogue.Session{
		Lang: next.Lang, LangChosen: next.LangChosen, Introduced: true, Mode: dialogue.Commitments,
		Participants: next.Participants, Theme: next.Theme, Found: next.Found,
	}
	return offered(kept, last), []bot.Reply{last}, effects
}

// toPrivate offers the private chat.
func (k *courier) toPrivate(s dialogue.Session, m dialogue.Message, text string, link ...string) (dialogue.Session, []bot.Reply, []dialogue.Effect) {
	if text == "" {
		text = "telegram_group_private"
	}
	to := "start"
	if len(link) > 0 {
		to = link[0]
	}
	if country, topic, ok := strings.Cut(strings.TrimPrefix(m.Choice, "entry:"), "/"); ok && strings.HasPrefix(m.Choice, "entry:") {
		to = country + "_" + topic
	}
	r := bot.Reply{Kind: dialogue.Menu, Lang: k.lang(&s), Text: k.c.texts.Text(k.lang(&s), text)}
	if c := k.doorway(to, r.Lang); c.Label != "" {
		r.Choices = []dialogue.Choice{c}
	}
	return offered(s, bot.Reply{}), []bot.Reply{r}, nil
}

// doorway is the button to the private chat; none while the bot does not know what it is called.
func (k *courier) doorway(link, lang string) dialogue.Choice {
	name := k.c.self().username
	if name == "" {
		return dialogue.Choice{}
	}
	return dialogue.Choice{ID: linkChoice + "https://t.me/" + name + "?start=" + link, Label: k.c.texts.Text(lang, "telegram_btn_private")}
}

// inGroup says what is answered, and in which part of a forum.
func (k *courier) inGroup(rest []byte) []byte {
	if k.r.pressed {
		if k.r.thread == 0 {
			return rest
		}
		b := strconv.AppendInt([]byte(`"message_thread_id":`), k.r.thread, 10)
		return append(append(b, ','), rest...)
	}
	b := strconv.AppendInt([]byte(replyKey+`"message_id":`), k.r.message, 10)
	b = append(b, `,"allow_sending_without_reply":true},`...)
	if k.r.thread != 0 {
		b = append(strconv.AppendInt(append(b, `"message_thread_id":`...), k.r.thread, 10), ',')
	}
	return append(b, rest...)
}
