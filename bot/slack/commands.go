package slack

import (
	"context"
	"strings"

	api "github.com/slack-go/slack"

	"cobijo/knowledge/statement"
	"cobijo/locales"
)

type element = api.BlockElement

func cutPrefix(s, prefix string) (string, bool) { return strings.CutPrefix(s, prefix) }

// words after the command that do something else than search, in both languages.
var verbs = map[string]string{
	"help": actHelp, "ayuda": actHelp,
	"remind": actSubscribe, "recordar": actSubscribe, "suscribir": actSubscribe,
	"reminders": actSubscriptions, "recordatorios": actSubscriptions,
	"progress": actProgress, "avance": actProgress, "avances": actProgress,
	"compare": actCompare, "comparar": actCompare,
	"export": actExport, "exportar": actExport,
	"language": actLang, "idioma": actLang,
}

// commitments answers the command that asks for commitments.
func (c *Channel) commitments(ctx context.Context, a *asker, lang, text, trigger string) error {
	word, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
	rest = strings.TrimSpace(rest)
	switch verbs[strings.ToLower(word)] {
	case actHelp:
		return c.say(ctx, a, c.helpSheet(lang))
	case actLang:
		return c.chooseLanguage(ctx, a, strings.ToLower(rest), lang)
	case actSubscribe:
		return c.openSubscribe(ctx, a, lang, trigger, "", c.readPlaces(rest))
	case actSubscriptions:
		return c.subscriptions(ctx, a, lang)
	case actProgress:
		return c.say(ctx, a, c.progressSheet(ctx, lang, c.readPlaces(rest)))
	case actExport:
		format, rest, _ := strings.Cut(rest, " ")
		if f := strings.ToLower(format); f == "csv" || f == "json" {
			return c.export(ctx, a, lang, f, c.readPlaces(rest))
		}
		return c.export(ctx, a, lang, "csv", c.readPlaces(strings.TrimSpace(format+" "+rest)))
	case actCompare:
		return c.compareWords(ctx, a, lang, rest)
	}
	if text == "" {
		return c.say(ctx, a, c.helpSheet(lang))
	}
	q := c.readQuery(text)
	if len(q.ids) == 1 && q.words == "" && len(q.participants) == 0 {
		return c.say(ctx, a, c.cardSheet(ctx, lang, c.base.Statement.Commitment(q.ids[0])))
	}
	return c.say(ctx, a, c.listSheet(ctx, lang, q, 0))
}

// readPlaces reads a query whose words may name participants and themes as people call them: "México", "detención".
func (c *Channel) readPlaces(text string) query {
	q := c.readQuery(text)
	if q.words == "" || c.base.Understand == nil {
		return q
	}
	said := c.base.Understand.Statement(c.base.Understand.Read(q.words, c.o.Now()))
	q.participants = append(q.participants, said.Participants...)
	if q.theme == "" {
		q.theme = said.Theme
	}
	if len(said.Participants) > 0 || said.Theme != "" {
		q.words = ""
	}
	return q
}

// compareWords compares the two participants that the words name.
func (c *Channel) compareWords(ctx context.Context, a *asker, lang, text string) error {
	q := c.readPlaces(text)
	if len(q.participants) < 2 {
		s := &sheet{}
		s.section(escape(c.texts.Text(lang, "slack_compare_which", locales.Args{"Command": c.o.Commitments})))
		return c.say(ctx, a, s)
	}
	q.participants = q.participants[:2]
	return c.say(ctx, a, c.compareSheet(ctx, lang, q))
}

func (c *Channel) allOf(lang string, p *statement.Participant) string {
	return c.texts.Text(lang, "btn_all_of", locales.Args{"Who": clip(p.Name.In(lang), 40)})
}

// helpSheet says what can be done here.
func (c *Channel) helpSheet(lang string) *sheet {
	s := &sheet{}
	text := func(id string, args ...locales.Args) string { return c.texts.Text(lang, id, args...) }
	names := locales.Args{"Commitments": c.o.Commitments, "Protection": c.o.Protection, "N": len(c.base.Statement.Commitments)}
	s.section(text("slack_help", names))
	s.section(text("slack_help_query", names))
	if c.remind != nil {
		s.section(text("slack_help_remind", names))
	}
	c.filters(s, lang)
	press := []element{s.button(actProgress, text("slack_btn_progress"), query{}.args()...)}
	if c.remind != nil {
		press = append(press, s.button(actSubscribe, text("slack_btn_subscribe")), s.button(actSubscriptions, text("slack_btn_subscriptions")))
	}
	for _, l := range c.texts.Langs() {
		if l != lang {
			press = append(press, s.button(actLang, c.texts.Text(l, "language_name"), l))
		}
	}
	s.press(press...)
	s.note(escape(text("slack_privacy")))
	return s
}
