package dialogue

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"cobijo/knowledge"
	"cobijo/knowledge/guidance"
	"cobijo/knowledge/understand"
	"cobijo/locales"
)

// Dialogue decides what to say. It is made once, and safe for concurrent use.
type Dialogue struct {
	base     *knowledge.Base
	texts    *locales.Catalog
	operator string
	maxRunes int
	standing func(commitment string) []Standing

	// What is written once for all who ask the same.
	answers     memo[answerKey, Reply]
	emergencies memo[emergencyKey, Reply]
	menus       memo[string, []Choice]
}

// Options are what an operator decides.
type Options struct {
	Operator string // who runs this assistant, as the first message says it
	MaxRunes int    // how long a message may be, in characters
	// Standings gives what was reported of a commitment, where the operator shows it; nil for not at all.
	Standings func(commitment string) []Standing
}

// New makes a dialogue over what is known.
func New(base *knowledge.Base, texts *locales.Catalog, o Options) *Dialogue {
	if o.MaxRunes == 0 {
		o.MaxRunes = 2000
	}
	return &Dialogue{base: base, texts: texts, operator: o.Operator, maxRunes: o.MaxRunes, standing: o.Standings}
}

// turn is the work on one message.
type turn struct {
	*Dialogue
	now     time.Time
	s       Session
	replies []Reply
	effects []Effect
}

// Handle answers a message. The session that it gives replaces the one that it got.
func (d *Dialogue) Handle(now time.Time, s Session, m Message) (Session, []Reply, []Effect) {
	t := &turn{Dialogue: d, now: d.local(now, s.Country), s: s}
	t.hintLanguage(m.LangHint)
	t.answer(m)
	t.remember()
	return t.s, t.replies, t.effects
}

func (t *turn) answer(m Message) {
	text := strings.TrimSpace(m.Text)
	switch {
	case m.Choice != "":
		t.press(m.Choice)
	case m.Location != nil:
		t.nearLocation(*m.Location)
	case m.Other, text == "":
		t.say(Reply{Kind: Menu, Text: t.text("only_text"), Choices: t.menuChoices()})
	case len([]rune(text)) > t.maxRunes:
		t.say(Reply{Kind: Clarify, Text: t.text("too_long", locales.Args{"Max": t.maxRunes}), Choices: t.menuChoices()})
	case t.command(text):
	default:
		t.understand(text)
	}
}

// hintLanguage takes the device's language for a chat that has none yet.
func (t *turn) hintLanguage(hint string) {
	if t.s.Lang != "" {
		return
	}
	t.s.Lang = t.texts.Langs()[0]
	if lang, ok := t.texts.Match(hint); ok && hint != "" {
		t.s.Lang = lang
	}
}

// local is the time where the person is: a last day ends at midnight there, not at the server's.
func (d *Dialogue) local(now time.Time, country string) time.Time {
	c := d.base.Guidance.Country(country)
	if c == nil {
		c = d.base.Guidance.Country(guidance.Regional)
	}
	return c.Local(now)
}

// text gives a message of the interface in the chat's language.
func (t *turn) text(id string, args ...locales.Args) string {
	return t.texts.Text(t.s.Lang, id, args...)
}

// say adds a reply; an empty field is filled from the session.
func (t *turn) say(r Reply) {
	if r.Lang == "" {
		r.Lang = t.s.Lang
	}
	r.Choices = slices.DeleteFunc(r.Choices, func(c Choice) bool { return c.Label == "" })
	t.replies = append(t.replies, r)
}

// remember keeps the choices of the last reply, so that they can be pressed by number.
func (t *turn) remember() {
	t.s.Offered = nil
	if len(t.replies) == 0 {
		return
	}
	last := t.replies[len(t.replies)-1]
	t.s.Offered = make([]string, 0, len(last.Choices))
	for _, c := range last.Choices {
		if act, of, _ := strings.Cut(c.ID, ":"); last.Kind == Emergency && act == actEmergency {
			// Which danger somebody was in is not kept: the number of the button leads to the general help.
			country, _, _ := strings.Cut(of, "/")
			c.ID = actEmergency + ":" + country + "/" + guidance.General
		} else if last.Kind == Emergency && act == actTopic {
			c.ID = actMenu // what was also asked may tell as much
		}
		t.s.Offered = append(t.s.Offered, c.ID)
	}
}

// introduce tells once who answers and what is kept, before the first answer.
func (t *turn) introduce() {
	if t.s.Introduced {
		return
	}
	t.s.Introduced = true
	t.say(Reply{Kind: Menu, Text: t.text("intro_short")})
}

func (t *turn) country(code string) *guidance.Country { return t.base.Guidance.Country(code) }

// known tells whether the code is a country's, not the fallback's.
func (t *turn) known(code string) bool {
	return code != "" && code != guidance.Regional && t.country(code) != nil
}

// understand answers free text.
func (t *turn) understand(text string) {
	if n, err := number(text); err == nil && n >= 1 && n <= len(t.s.Offered) && t.s.Awaits != awaitDate {
		t.press(t.s.Offered[n-1])
		return
	} else if err == nil && len(t.s.Offered) > 0 && t.s.Awaits != awaitDate && len(text) <= 2 {
		choices := t.menuChoices() // the numbers that it names are those of the buttons that it shows
		t.say(Reply{Kind: Menu, Text: t.text("no_number", locales.Args{"N": len(choices)}), Choices: choices})
		return
	}
	r := t.base.Understand.Read(text, t.now)
	if !t.spoken(r) {
		return
	}
	awaited := t.s.Awaits
	t.s.Awaits = ""
	if t.danger(r) {
		return
	}
	t.decide(r, awaited)
}

// number reads a number, as which few messages can be read: an error that quotes one would take longer than to look.
func number(text string) (int, error) {
	if text == "" || text[0] > '9' {
		return 0, strconv.ErrSyntax
	}
	return strconv.Atoi(text)
}

// The bars for languages: a strong signal changes the language that answers are given in; a chosen one needs a stronger.
const (
	langSwitch  = 0.85
	langChosen  = 0.97
	langForeign = 0.90
)

// spoken follows the language of the message. It answers in both languages, and gives false, where it is one that is only recognised.
func (t *turn) spoken(r *understand.Reading) bool {
	if r.Lang == "" || r.Lang == t.s.Lang {
		return true
	}
	if !slices.Contains(understand.Spoken, r.Lang) {
		if r.LangScore >= langForeign && r.DangerScore < dangerBar {
			t.say(Reply{Kind: Menu, Lang: t.s.Lang, Text: t.texts.Text("es", "foreign") + "\n\n" + t.texts.Text("en", "foreign"), Choices: t.languageChoices()})
			return false
		}
		return true
	}
	bar := float32(langSwitch)
	if t.s.LangChosen {
		bar = langChosen
	}
	if r.Content > 0 && (!t.s.Introduced || t.s.Topic == "" && !t.s.LangChosen) {
		bar = 0.6 // nothing is known of the person yet but this message
	}
	if r.LangScore >= bar && (r.Words > 1 || !t.s.LangChosen) {
		t.s.Lang = r.Lang
	}
	return true
}

// Language gives the likeliest language of a text, "" where nothing can be told.
func (d *Dialogue) Language(text string) string {
	return d.base.Understand.Read(text, time.Time{}).Lang
}
