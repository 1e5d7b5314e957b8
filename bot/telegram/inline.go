package telegram

import (
	"context"
	"strconv"
	"strings"
	"time"

	"cobijo/bot/dialogue"
	"cobijo/knowledge/guidance"
	"cobijo/locales"
)

// How much an inline question gets, and how long Telegram may keep it: the same question has the same answer.
const (
	inlineEntries     = 4
	inlineCommitments = 12
	inlineBar         = 0.05
	inlineCache       = 300 // seconds
	maxInlineQuery    = 256 // https://core.telegram.org/bots/api#inlinequery
)

// article is what somebody chooses from, and what is then said in their name.
type article struct {
	id, title, about string
	reply            dialogue.Reply
}

// inline answers "@bot detention mexico" with entries and commitments. It belongs to no chat: nothing is remembered.
func (c *Channel) inline(ctx context.Context, q *inlineQuery) error {
	lang, _ := c.texts.Match(q.From.Language)
	text := strings.TrimSpace(q.Query)
	if len(text) > 4*maxInlineQuery {
		text = ""
	}
	var all []article
	if q.Offset == "" {
		all = c.articles(lang, text)
	}
	b := appendJSON([]byte(`{"inline_query_id":`), q.ID)
	b = append(b, `,"results":[`...)
	for i, a := range all {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"type":"article","id":`...)
		b = appendJSON(b, a.id)
		b = append(b, `,"title":`...)
		b = appendJSON(b, a.title)
		b = append(b, `,"description":`...)
		b = appendJSON(b, a.about)
		b = append(b, `,"input_message_content":{"message_text":`...)
		b = appendJSON(b, split(a.reply.Text)[0])
		b = append(b, `,"parse_mode":"HTML","link_preview_options":{"is_disabled":true}}}`...)
	}
	// The language is the person's: what is kept is kept for them alone.
	b = append(b, `],"is_personal":true,"cache_time":`...)
	b = strconv.AppendInt(b, inlineCache, 10)
	b = append(b, `,"button":{"start_parameter":"start","text":`...)
	b = appendJSON(b, c.texts.Text(lang, "telegram_inline_private"))
	c.later(ctx, "answerInlineQuery", append(b, `}}`...))
	return nil
}

// articles finds what answers a question.
func (c *Channel) articles(lang, text string) []article {
	if text == "" {
		return nil
	}
	read := c.base.Understand.Read(text, time.Time{})
	if read.Lang == "es" || read.Lang == "en" {
		if read.LangScore >= 0.9 {
			lang = read.Lang
		}
	}
	country := guidance.Regional
	if len(read.Countries) > 0 {
		country = read.Countries[0]
	}
	session := dialogue.Session{Lang: lang, LangChosen: true, Introduced: true}
	if country != guidance.Regional {
		session.Country = country
	}
	var all []article
	add := func(a article, choice string) {
		replies, err := c.service.Aside(session, dialogue.Message{Choice: choice})
		if err != nil || len(replies) == 0 {
			return
		}
		a.reply = replies[len(replies)-1]
		all = append(all, a)
	}
	for _, t := range read.Topics[:min(inlineEntries, len(read.Topics))] {
		e := c.base.Guidance.Find(country, t.Topic, lang)
		if t.Score < inlineBar || e == nil || e.Country != country { // another country's answer would be read as this one's
			continue
		}
		place := c.base.Guidance.Country(e.Country)
		add(article{id: "e/" + e.ID() + "/" + lang, title: place.Flag + " " + place.Name.In(lang) + " · " + c.base.Guidance.Topic(t.Topic).Title.In(lang), about: plainLead(e.Lead)},
			"entry:"+e.ID())
	}
	for i, f := range c.base.Understand.Search(c.base.Understand.Statement(read)) {
		if i == inlineCommitments {
			break
		}
		p := c.base.Statement.Participant(f.Commitment.Participant)
		add(article{
			id: "c/" + f.Commitment.ID + "/" + lang, title: f.Commitment.ID + " · " + f.Commitment.Title.In(lang),
			about: c.texts.Text(lang, "telegram_inline_commitment", locales.Args{"Who": p.Name.In(lang), "Page": f.Commitment.Page}),
		}, "commitment:"+f.Commitment.ID)
	}
	return all
}
