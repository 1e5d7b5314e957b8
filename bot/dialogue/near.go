package dialogue

import (
	"fmt"
	"slices"
	"strings"

	"cobijo/knowledge"
	"cobijo/knowledge/markdown"
	"cobijo/knowledge/understand"
	"cobijo/locales"
)

// Up to so many offices are named as near, and none that is farther than a long day's way.
const (
	shownNear = 4
	nearKm    = 400.0
)

// nearTopics are those whose answer is an office to go to.
var nearTopics = []string{"where-to-get-help", "legal-aid", "shelter-and-aid", "how-to-apply", "mental-health"}

// nearMentioned adds to an answer the offices that are nearest to a city that the message names.
func (t *turn) nearMentioned(reply *Reply, r *understand.Reading) {
	if !slices.Contains(nearTopics, reply.Topic) {
		return
	}
	for _, m := range r.Mentions {
		p := m.Place
		if m.Role != understand.Here || p.Country != reply.Country || p.Lat == nil || p.Lon == nil || p.Kind == "region" || p.Kind == "country" {
			continue
		}
		if lines := t.nearLines(knowledge.Point{Lat: *p.Lat, Lon: *p.Lon}, p.Country); lines != "" {
			reply.Text += "\n\n**" + t.text("near_place", locales.Args{"Place": markdown.Escape(titleCase(p.Names[0]))}) + "**\n\n" + lines
		}
		return
	}
}

// titleCase writes the gazetteer's lower-case names as names.
func titleCase(s string) string {
	words := strings.Fields(s)
	for i, w := range words {
		if i > 0 && slices.Contains([]string{"de", "del", "la", "las", "los", "y", "of", "the"}, w) {
			continue
		}
		r := []rune(w)
		words[i] = strings.ToUpper(string(r[:1])) + string(r[1:])
	}
	return strings.Join(words, " ")
}

// nearLines lists the nearest contacts with how far they are.
func (t *turn) nearLines(at knowledge.Point, country string) string {
	var lines []string
	for _, n := range t.base.Nearest(at, country, shownNear) {
		if n.Km > nearKm {
			break
		}
		line := "- " + t.contactLine(n.Contact)
		if n.Contact.Address != "" {
			line += ", " + markdown.Escape(n.Contact.Address)
		}
		lines = append(lines, line+" — "+t.text("about_km", locales.Args{"Km": fmt.Sprintf("%.0f", max(n.Km, 1))}))
	}
	return strings.Join(lines, "\n")
}

// nearLocation answers a shared location with the nearest offices; where the person is is used for this and not kept.
func (t *turn) nearLocation(at knowledge.Point) {
	t.introduce()
	country := t.base.CountryAt(at)
	if t.known(country) {
		t.s.Country = country
	}
	lines := t.nearLines(at, t.s.Country)
	text := t.text("near_you") + "\n\n" + lines
	if lines == "" {
		text = t.text("near_none")
	}
	reply := Reply{Kind: Guidance, Country: t.s.Country, Topic: "where-to-get-help", Text: text + "\n\n" + t.text("location_not_kept"), Score: 1}
	if t.known(t.s.Country) {
		reply.ID = t.s.Country + "/where-to-get-help"
		reply.Choices = append(reply.Choices, t.choiceOf(actEntry, reply.ID, "btn_more"))
	}
	reply.Choices = append(reply.Choices, t.choice(actEmergency, "btn_emergency"), t.choice(actMenu, "btn_menu"))
	t.say(reply)
}
