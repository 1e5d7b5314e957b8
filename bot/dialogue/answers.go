package dialogue

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"cobijo/knowledge/guidance"
	"cobijo/knowledge/markdown"
	"cobijo/locales"
)

// How old a number in a crisis reply, and how old a source of what changes often, may be before the answer says so.
const (
	crisisAge = 90 * 24 * time.Hour
	lawAge    = 365 * 24 * time.Hour
)

// Up to so many sources stand under an answer; the rest stands under "more".
const shownSources = 2

// answerParts are what an answer may hold beside its entry.
type answerParts struct {
	more   bool             // what is said after "more"
	also   string           // a topic that was perhaps asked too
	rumour *guidance.Rumour // the claim that was asked about
	child  bool             // the person is under eighteen
	dated  string           // the last day to apply, computed; it stands in place of the entry
}

// answerKey is all that the answer on a topic follows from, beside the hour.
type answerKey struct {
	country, topic, lang string
	parts                answerParts
	known, staff         bool
}

// entryReply gives the answer on a topic for a country: the country's own entry, or what holds everywhere.
func (t *turn) entryReply(country, topic string, parts answerParts) Reply {
	write := func() Reply { return t.writeEntry(country, topic, parts) }
	var reply Reply
	if parts.dated == "" {
		reply = t.answers.get(t.now, answerKey{country, topic, t.s.Lang, parts, t.known(t.s.Country), t.s.Staff}, write)
	} else {
		reply = write() // it names a day of the person's
	}
	if reply.Ask != "" {
		t.s.Awaits = reply.Ask
	}
	return reply
}

// writeEntry makes what entryReply gives.
func (t *turn) writeEntry(country, topic string, parts answerParts) Reply {
	lang := t.s.Lang
	e := t.base.Guidance.Find(country, topic, lang)
	if e == nil {
		return Reply{
			Kind: Guidance, Country: guidance.Regional, Topic: topic, ID: guidance.Regional + "/" + topic,
			Text:    t.text("no_entry", locales.Args{"Topic": t.base.Guidance.Topic(topic).Title.In(lang)}) + "\n\n" + t.whoKnows(country),
			Choices: []Choice{t.choice(actPerson, "btn_person"), t.choice(actMenu, "btn_menu")},
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", t.heading(e))
	if e.Country != country {
		fmt.Fprintf(&b, "*%s*\n\n", t.text("not_here", locales.Args{"In": t.country(country).In.In(lang)}))
	}
	switch {
	case parts.dated != "":
		b.WriteString(parts.dated)
	case parts.rumour != nil:
		b.WriteString(t.verdict(parts.rumour))
	case parts.more:
		b.WriteString(e.More)
	default:
		b.WriteString(e.Body)
	}
	if e.Country != country {
		b.WriteString("\n\n" + t.whoKnows(country))
	}
	sources := e.Sources
	if parts.rumour != nil {
		sources = nil
		for _, id := range parts.rumour.Sources {
			sources = append(sources, t.base.Guidance.Source(parts.rumour.Country, id))
		}
	}
	b.WriteString("\n\n" + t.sureness(e, sources, parts.more))
	reply := Reply{
		Kind: Guidance, Lang: lang, Country: e.Country, Topic: topic, ID: e.ID(), Score: 1, Sources: sources,
	}
	if !t.known(t.s.Country) && country == guidance.Regional {
		reply.Ask = awaitCountry
		b.WriteString("\n\n**" + t.text("ask_country") + "**")
	}
	reply.Text = b.String()
	reply.Choices = slices.Clip(t.answerChoices(e, country, parts, reply.Ask != ""))
	return reply
}

// heading says which country and topic the answer is for.
func (t *turn) heading(e *guidance.Entry) string {
	c := t.country(e.Country)
	return fmt.Sprintf("%s **%s · %s**", c.Flag, c.Name.In(e.Lang), t.base.Guidance.Topic(e.Topic).Title.In(e.Lang))
}

// verdict says what is so about a rumour.
func (t *turn) verdict(r *guidance.Rumour) string {
	return fmt.Sprintf("**%s** %s\n\n%s",
		t.text("verdict_"+strings.ReplaceAll(string(r.Verdict), "-", "_")), markdown.Escape(r.Claim.In(t.s.Lang)), r.Answer.In(t.s.Lang))
}

// sureness says how sure the answer is, where it stands and when that was last checked.
func (t *turn) sureness(e *guidance.Entry, from []*guidance.Source, all bool) string {
	var lines []string
	switch {
	case e.Stale(t.now):
		lines = append(lines, "⚠️ "+t.text("stale_entry", locales.Args{"Date": t.date(e.Reviewed)}))
	case e.Volatile:
		lines = append(lines, "⚠️ "+t.text("volatile", locales.Args{"Month": t.month(e.Reviewed)}))
	}
	if e.Confidence == guidance.Low {
		lines = append(lines, "⚠️ "+t.text("sure_low"))
	}
	var sources []string
	publishers := map[string]bool{}
	for _, s := range from {
		if !all && (len(sources) == shownSources || publishers[s.Publisher]) {
			continue
		}
		publishers[s.Publisher] = true
		sources = append(sources, t.source(s, e))
	}
	line := t.text("checked_on", locales.Args{"Date": t.date(e.Reviewed)})
	if e.Confidence != guidance.Low {
		sure := t.text("sure_" + string(e.Confidence))
		if e.Confidence == guidance.Medium && len(lines) == 0 {
			sure += " " + t.text("confirm")
		}
		line = sure + " " + line
	}
	if len(sources) > 0 {
		line = t.texts.Count(t.s.Lang, "sources", len(sources), locales.Args{"List": strings.Join(sources, ", ")}) + " " + line
	}
	return strings.Join(append(lines, "*"+line+"*"), "\n\n")
}

// source names a source with its date; one of what changes often that is older than a year is said to be.
func (t *turn) source(s *guidance.Source, e *guidance.Entry) string {
	name := fmt.Sprintf("[%s](%s)", markdown.Escape(s.Publisher), s.URL)
	switch {
	case s.AsOf.IsZero():
		return name
	case e.Volatile && t.now.Sub(s.AsOf.Time) > lawAge:
		return name + " (" + t.text("old_source", locales.Args{"Date": t.month(s.AsOf)}) + ")"
	}
	return name + " (" + t.month(s.AsOf) + ")"
}

func (t *turn) answerChoices(e *guidance.Entry, country string, parts answerParts, asks bool) []Choice {
	var cs []Choice
	if asks {
		cs = t.countryChoices(func(code string) string { return actEntry + ":" + code + "/" + e.Topic })
	}
	if parts.also != "" {
		cs = append(cs, Choice{ID: actEntry + ":" + country + "/" + parts.also, Label: t.text("btn_also", locales.Args{"Topic": t.base.Guidance.Topic(parts.also).Title.In(t.s.Lang)})})
	}
	if parts.child && e.Topic != "children-alone" {
		cs = append(cs, Choice{ID: actEntry + ":" + country + "/children-alone", Label: t.base.Guidance.Topic("children-alone").Title.In(t.s.Lang)})
	}
	switch {
	case parts.dated != "" || parts.rumour != nil:
		cs = append(cs, t.choiceOf(actEntry, e.ID(), "btn_more"))
	case e.More != "" && !parts.more:
		cs = append(cs, t.choiceOf(actMore, e.ID(), "btn_more"))
	}
	if e.Topic == "deadlines" && t.limit(country) != nil {
		cs = append(cs, t.choice(actDate, "btn_date"))
	}
	for _, related := range e.Related[:min(len(e.Related), 2)] {
		if related != parts.also {
			cs = append(cs, Choice{ID: actEntry + ":" + country + "/" + related, Label: t.base.Guidance.Topic(related).Title.In(t.s.Lang)})
		}
	}
	if !asks {
		cs = append(cs, t.choiceOf(actElsewhere, e.Topic, "btn_elsewhere"))
	}
	if ids := t.promised(country, e.Topic); len(ids) > 0 {
		label := t.text("btn_promised", locales.Args{"Country": t.country(country).Name.In(t.s.Lang)})
		if t.s.Staff {
			label = t.text("btn_promised_staff", locales.Args{"IDs": strings.Join(ids[:min(len(ids), 3)], ", ")})
		}
		cs = append(cs, Choice{ID: actOf + ":" + country + "/" + themeOf[e.Topic], Label: label})
	}
	return append(cs,
		t.choiceOf(actYes, e.ID(), "btn_useful"),
		t.choiceOf(actNo, e.ID(), "btn_not_useful"),
		t.choice(actPerson, "btn_person"),
		t.choice(actMenu, "btn_menu"),
	)
}

// themeOf says which theme of the statement a topic of guidance bears on.
var themeOf = map[string]string{
	"how-to-apply": "access-to-asylum", "at-the-border": "access-to-asylum", "non-return": "access-to-asylum", "decision-times": "asylum-procedures",
	"interview": "asylum-procedures", "appeal": "asylum-procedures", "legal-aid": "legal-aid", "documents": "documentation", "work": "employment",
	"health": "health", "education": "education", "detention": "detention", "discrimination": "information-campaigns", "children-alone": "children",
	"gender-violence": "gender-violence", "lgbtiq": "lgbtiq", "trafficking": "trafficking-and-smuggling", "internal-displacement": "internal-displacement",
	"return-home": "returnees", "settling": "integration", "shelter-and-aid": "reception", "mental-health": "health", "resettlement": "resettlement-and-pathways",
	"other-protection": "resettlement-and-pathways", "family-unity": "resettlement-and-pathways", "journey-risks": "root-causes",
}

// promised gives the ids of what the country committed to on the topic.
func (t *turn) promised(country, topic string) []string {
	theme := themeOf[topic]
	if theme == "" || !t.known(country) {
		return nil
	}
	var ids []string
	for _, c := range t.base.Statement.Commitments {
		if c.Participant == country && slices.Contains(c.Themes, theme) {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

// others shows the answer's first sentence for the other countries that were named beside the first.
func (t *turn) others(codes []string, topic string) {
	last := &t.replies[len(t.replies)-1]
	for _, code := range codes {
		e := t.base.Guidance.Entry(code, topic, t.s.Lang)
		if e == nil || code == last.Country {
			continue
		}
		last.Text += "\n\n" + t.heading(e) + "\n\n" + e.Lead
		last.Choices = append([]Choice{{ID: actEntry + ":" + e.ID(), Label: t.country(code).Flag + " " + t.country(code).Name.In(t.s.Lang)}}, last.Choices...)
	}
}

// whoKnows names the authority and UNHCR's page of a country.
func (t *turn) whoKnows(code string) string {
	f := t.base.Guidance.Facts(code)
	if code == guidance.Regional && f != nil {
		return t.text("who_knows", locales.Args{"Who": fmt.Sprintf("[%s](%s)", t.text("unhcr"), f.UNHCR.URL)})
	}
	if f == nil || f.Authority.URL == "" && f.UNHCR.URL == "" {
		if code == guidance.Regional {
			return ""
		}
		return t.whoKnows(guidance.Regional)
	}
	var who []string
	if f.Authority.URL != "" {
		who = append(who, fmt.Sprintf("[%s](%s)", markdown.Escape(f.Authority.Name.In(t.s.Lang)), f.Authority.URL))
	}
	if f.UNHCR.URL != "" && f.UNHCR.URL != f.Authority.URL {
		who = append(who, fmt.Sprintf("[%s](%s)", t.text("unhcr"), f.UNHCR.URL))
	}
	return t.text("who_knows", locales.Args{"Who": strings.Join(who, ", ")})
}

// date writes a day as people of the language write it, without a month's or a day's name that nobody knows.
func (t *turn) date(d guidance.Date) string {
	if !d.HasDay() {
		return t.month(d)
	}
	return t.day(d.Time)
}

func (t *turn) day(d time.Time) string {
	return t.text("date", locales.Args{"Day": d.Day(), "Month": t.text("month_" + d.Format("01")), "Year": d.Year()})
}

func (t *turn) month(d guidance.Date) string {
	if !d.HasMonth() {
		return d.Format("2006")
	}
	return t.text("month_year", locales.Args{"Month": t.text("month_" + d.Format("01")), "Year": d.Year()})
}
