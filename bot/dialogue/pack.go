package dialogue

import (
	"fmt"
	"strings"

	"cobijo/knowledge/guidance"
	"cobijo/knowledge/markdown"
	"cobijo/locales"
)

// packTopics are what a country's pack holds, the most urgent first.
var packTopics = []string{
	"emergency", "how-to-apply", "deadlines", "at-the-border", "non-return", "detention", "documents", "interview", "appeal", "legal-aid", "work", "health",
	"education", "children-alone", "gender-violence", "shelter-and-aid", "fees-and-scams", "journey-risks",
}

// MaxPack is how large a pack may be, in bytes: small enough to send and keep on any phone.
const MaxPack = 20_000

// Pack is a country's essentials in one text, to save or forward before the signal is lost: each topic's first part, whom to
// call, and when it was checked. It is Markdown of up to MaxPack bytes; "" where the country is not known.
func (d *Dialogue) Pack(country, lang string) string {
	c := d.base.Guidance.Country(country)
	if c == nil || country == guidance.Regional {
		return ""
	}
	t := &turn{Dialogue: d, s: Session{Lang: lang, Country: country}}
	var b strings.Builder
	fmt.Fprintf(&b, "**Cobijo · %s**\n\n%s\n\n", c.Name.In(lang), t.text("pack_head", locales.Args{"Date": t.date(d.base.Guidance.Reviewed())}))
	var foot strings.Builder
	fmt.Fprintf(&foot, "**%s**\n\n", t.text("pack_contacts"))
	for _, contact := range d.base.Guidance.Contacts(country) {
		if len(contact.Phones) == 0 && contact.URL == "" {
			continue
		}
		line := t.contactLine(contact)
		if len(contact.Phones) > 0 && contact.URL != "" {
			line += " · " + markdown.Escape(contact.URL)
		}
		fmt.Fprintf(&foot, "- %s\n", line)
	}
	for _, topic := range packTopics {
		e := d.base.Guidance.Find(country, topic, lang)
		if e == nil {
			continue
		}
		part := fmt.Sprintf("**%s**\n\n%s\n\n", d.base.Guidance.Topic(topic).Title.In(lang), e.Body)
		if b.Len()+len(part)+foot.Len() > MaxPack {
			break
		}
		b.WriteString(part)
	}
	return b.String() + foot.String()
}

// pack gives the pack of the chat's country, or asks for the country.
func (t *turn) pack() {
	if !t.known(t.s.Country) {
		t.chooseCountry("", "")
		return
	}
	t.introduce()
	t.say(Reply{Kind: Menu, Country: t.s.Country, Text: t.Pack(t.s.Country, t.s.Lang), Choices: []Choice{t.choice(actMenu, "btn_menu")}})
}
