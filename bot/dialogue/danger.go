package dialogue

import (
	"fmt"
	"slices"
	"strings"

	"cobijo/knowledge/guidance"
	"cobijo/knowledge/markdown"
	"cobijo/knowledge/understand"
	"cobijo/locales"
)

// dangerBar is how likely danger must be for help to come first. It is low: a false alarm shows somebody a telephone number,
// a missed one may cost a life.
const dangerBar = 0.15

// sureDanger is how likely danger must be for the way back to the question to be no more than one of the buttons.
const sureDanger = 0.5

// besideDanger is how likely another topic must be to be what was asked beside a danger that is a topic of its own.
const besideDanger = 0.8

// danger answers a message that tells of danger now: the help that fits and nothing else.
func (t *turn) danger(r *understand.Reading) bool {
	if r.DangerScore < dangerBar {
		return false
	}
	// A place named in danger is where it happens, whatever else is said of it.
	if len(r.Countries) > 0 && t.known(r.Countries[0]) {
		t.s.Country = r.Countries[0]
	}
	country := guidance.Regional
	if t.known(t.s.Country) {
		country = t.s.Country
	}
	reply := t.emergencyReply(r.Danger, country)
	reply.Score = r.DangerScore
	asked := r.Top()
	if r.DangerScore >= sureDanger && asked.Score < besideDanger && t.base.Guidance.Topic(r.Danger) != nil {
		asked.Topic = r.Danger // it is what is told of, and no question beside it
	}
	if asked.Score >= answerBar {
		reply.Topic = asked.Topic
		c := t.topicChoice(asked.Topic)
		if r.DangerScore < sureDanger {
			c.Label = t.text("btn_not_danger", locales.Args{"Topic": c.Label})
		}
		reply.Choices = append([]Choice{c}, reply.Choices...)
	}
	t.s.Topic = ""        // what the talk was about before must not tell what happened
	t.s.Introduced = true // the introduction would stand in the way now, and the next answer says who this is anyway
	t.say(reply)
	return true
}

// emergencyKey is all that the help in danger follows from, beside the hour.
type emergencyKey struct{ danger, country, lang string }

// emergencyReply is what is said in one kind of danger in a country.
func (t *turn) emergencyReply(danger, country string) Reply {
	if danger != guidance.General && !slices.Contains(guidance.Dangers, danger) {
		return t.writeEmergency(danger, country) // an old button's, or somebody's own words
	}
	return t.emergencies.get(t.now, emergencyKey{danger, country, t.s.Lang}, func() Reply { return t.writeEmergency(danger, country) })
}

// writeEmergency makes what emergencyReply gives.
func (t *turn) writeEmergency(danger, country string) Reply {
	var b strings.Builder
	// The numbers come right after the first sentence: on a small screen what follows is out of sight.
	steps := ""
	if e := t.base.Guidance.Emergency(danger, t.s.Lang); e != nil {
		first, rest, _ := strings.Cut(e.Body, "\n\n")
		b.WriteString(first + "\n\n")
		steps = "\n\n" + rest
	}
	lines, note := t.helpers(country, danger)
	b.WriteString("**" + t.text("call_now") + "**\n\n" + lines + steps + note)
	b.WriteString("\n\n" + t.text("exit_tip"))
	reply := Reply{Kind: Emergency, Country: country, ID: "emergency/" + danger}
	if country == guidance.Regional {
		reply.Ask = awaitCountry
		b.WriteString("\n\n" + t.text("ask_country_numbers"))
		reply.Choices = t.countryChoices(func(code string) string { return actEmergency + ":" + code + "/" + danger })
	}
	reply.Text = b.String()
	reply.Choices = slices.Clip(append([]Choice{t.choice(actPerson, "btn_person")}, reply.Choices...))
	return reply
}

// helpers lists whom to call, one a line, and notes that numbers were not checked lately.
func (t *turn) helpers(country, danger string) (lines, note string) {
	contacts := crisisHelpers(t.base.Guidance, country, danger)
	var list []string
	unchecked := false
	for _, c := range contacts {
		list = append(list, "- "+t.contactLine(c))
		unchecked = unchecked || len(c.Phones) > 0 && !c.CheckedWithin(crisisAge, t.now)
	}
	if len(list) == 0 && country != guidance.Regional {
		return t.helpers(guidance.Regional, danger)
	}
	if unchecked {
		note = "\n\n*" + t.text("numbers_unchecked") + "*"
	}
	return strings.Join(list, "\n"), note
}

// contactLine is a contact in a line: name, numbers, hours.
func (t *turn) contactLine(c *guidance.Contact) string {
	var b strings.Builder
	for i, p := range c.Phones {
		if i > 0 {
			b.WriteString(" · ")
		}
		fmt.Fprintf(&b, "**[%s](tel:%s)**", markdown.Escape(p.Number), p.Dial)
		if len(p.Note) > 0 {
			b.WriteString(" (" + markdown.Escape(p.Note.In(t.s.Lang)) + ")")
		}
	}
	if b.Len() > 0 {
		b.WriteString(" ")
	}
	name := markdown.Escape(c.Name.In(t.s.Lang))
	if len(c.Phones) == 0 && c.URL != "" {
		name = "[" + name + "](" + c.URL + ")"
	}
	b.WriteString(name)
	if c.City != "" {
		b.WriteString(", " + markdown.Escape(c.City))
	}
	if c.WhatsApp != "" {
		fmt.Fprintf(&b, " · [WhatsApp](https://wa.me/%s)", strings.TrimPrefix(c.WhatsApp, "+"))
	}
	if len(c.Hours) > 0 {
		b.WriteString(" · " + markdown.Escape(c.Hours.In(t.s.Lang)))
	}
	return b.String()
}

// pressEmergency shows the help for a danger in a country ("mx/violence"), or the numbers of the chat's country.
func (t *turn) pressEmergency(of string) bool {
	country, danger, ok := strings.Cut(of, "/")
	switch {
	case of == "":
		t.numbers()
		return true
	case !ok || !t.known(country):
		return false
	}
	t.s.Country = country
	t.say(t.emergencyReply(danger, country))
	return true
}

// numbers shows the emergency numbers when somebody asks for them by a button.
func (t *turn) numbers() {
	country := guidance.Regional
	if t.known(t.s.Country) {
		country = t.s.Country
	}
	reply := t.emergencyReply(guidance.General, country)
	reply.Topic = "emergency"
	if t.known(country) {
		reply.Choices = append(reply.Choices, t.choiceOf(actEntry, country+"/emergency", "btn_more"), t.choice(actMenu, "btn_menu"))
	}
	t.say(reply)
}

// neutral is a screen that tells nobody who looks over a shoulder what this is about, with numbers that help.
func (t *turn) neutral() {
	country := guidance.Regional
	if t.known(t.s.Country) {
		country = t.s.Country
	}
	var lines []string
	for _, c := range t.base.Guidance.Helpers(country, guidance.General) {
		for _, p := range c.Phones {
			lines = append(lines, fmt.Sprintf("- **[%s](tel:%s)**", markdown.Escape(p.Number), p.Dial))
		}
	}
	t.say(Reply{Kind: Menu, Text: t.text("neutral") + "\n\n" + strings.Join(lines, "\n"), Choices: nil})
}

// person shows whom to turn to: until somebody answers in this chat, that is who helps for free.
func (t *turn) person() {
	country := guidance.Regional
	if t.known(t.s.Country) {
		country = t.s.Country
	}
	text := t.text("person")
	var lines []string
	for _, c := range t.base.Guidance.Contacts(country) {
		if c.Kind == "emergency" || len(lines) == 6 {
			continue
		}
		line := "- " + t.contactLine(c)
		if c.URL != "" && len(c.Phones) > 0 {
			line += fmt.Sprintf(" · [%s](%s)", t.text("page"), c.URL)
		}
		if !c.AsOf.IsZero() {
			line += " (" + t.month(c.AsOf) + ")"
		}
		lines = append(lines, line)
	}
	text += "\n\n" + strings.Join(lines, "\n")
	reply := Reply{Kind: Handover, Country: country, Topic: "where-to-get-help"}
	reply.Choices = []Choice{t.choiceOf(actEntry, country+"/where-to-get-help", "btn_more"), t.choice(actEmergency, "btn_emergency")}
	if country == guidance.Regional {
		text += "\n\n**" + t.text("ask_country") + "**"
		reply.Ask = awaitCountry
		reply.Choices = append(reply.Choices, t.countryChoices(func(code string) string { return actEntry + ":" + code + "/where-to-get-help" })...)
	}
	reply.Text = text
	reply.Choices = append(reply.Choices, t.choice(actMenu, "btn_menu"))
	t.say(reply)
}

// complain tells where abuse is reported, outside of those who run this assistant too.
func (t *turn) complain() {
	country := guidance.Regional
	if t.known(t.s.Country) {
		country = t.s.Country
	}
	t.introduce()
	reply := t.entryReply(country, "complaints", answerParts{})
	reply.Text = t.text("complain", locales.Args{"Operator": markdown.Escape(t.operator)}) + "\n\n" + reply.Text
	t.s.Topic, t.s.Mode = "complaints", Guidance
	t.say(reply)
}
