package dialogue

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"cobijo/knowledge/guidance"
	"cobijo/knowledge/understand"
	"cobijo/locales"
)

// How far is near: an office farther than nearKm is shown to nobody, and a country is surely the one that a position is in where
// no town of another is within borderKm more than its nearest.
const (
	nearKm      = 400
	borderKm    = 25
	nearOffices = 4
)

// Near answers a position that somebody shared with the nearest offices of that country. The position is not kept. Close to a
// border it cannot be told which side it is on: the offices of both countries are shown, each under its own.
func (d *Dialogue) Near(now time.Time, s Session, hint string, lat, lon float64) (Session, []Reply, []Effect) {
	t := &turn{Dialogue: d, now: now, s: s}
	t.hintLanguage(hint)
	t.introduce()
	t.near(lat, lon)
	t.remember()
	return t.s, t.replies, t.effects
}

func (t *turn) near(lat, lon float64) {
	codes := t.sideOf(lat, lon)
	if len(codes) == 0 {
		t.say(Reply{Kind: Clarify, Text: t.text("telegram_near_none") + "\n\n**" + t.text("ask_country") + "**", Ask: awaitCountry,
			Choices: append(t.countryChoices(func(code string) string { return actCountry + ":" + code }), t.choice(actMenu, "btn_menu"))})
		t.s.Awaits = awaitCountry
		return
	}
	parts := []string{t.text("telegram_near_found")}
	reply := Reply{Kind: Handover, Topic: "where-to-get-help", Country: codes[0], Score: 1}
	if len(codes) == 1 {
		t.s.Country = codes[0]
	} else {
		parts = append(parts, "**"+t.text("telegram_near_border")+"**")
		reply.Country = ""
	}
	for _, code := range codes {
		c := t.country(code)
		lines := []string{c.Flag + " **" + c.Name.In(t.s.Lang) + "**"}
		if offices := t.offices(code, lat, lon); len(offices) > 0 {
			lines = append(lines, strings.Join(offices, "\n"))
		} else {
			lines = append(lines, t.text("telegram_near_no_office"), t.whoKnows(code))
		}
		parts = append(parts, lines...)
		reply.Choices = append(reply.Choices, Choice{ID: actEntry + ":" + code + "/where-to-get-help", Label: c.Flag + " " + t.text("btn_more")})
	}
	parts = append(parts, "*"+t.text("telegram_near_not_kept")+"*")
	reply.Text = strings.Join(parts, "\n\n")
	reply.Choices = append(reply.Choices, t.choice(actEmergency, "btn_emergency"), t.choice(actMenu, "btn_menu"))
	t.say(reply)
}

// sideOf gives the countries that a position may be in: one, two where a border is close, none far from every known town.
func (t *turn) sideOf(lat, lon float64) []string {
	nearest := map[string]float64{}
	for _, p := range t.base.Understand.Places.Places {
		if p.Lat == nil || p.Lon == nil || !t.known(p.Country) {
			continue
		}
		km := distance(lat, lon, *p.Lat, *p.Lon)
		if old, ok := nearest[p.Country]; !ok || km < old {
			nearest[p.Country] = km
		}
	}
	var codes []string
	for code, km := range nearest {
		if km <= nearKm {
			codes = append(codes, code)
		}
	}
	slices.SortFunc(codes, func(a, b string) int { return cmp.Or(cmp.Compare(nearest[a], nearest[b]), cmp.Compare(a, b)) })
	n := 0
	for n < len(codes) && n < 2 && nearest[codes[n]] <= nearest[codes[0]]+borderKm {
		n++
	}
	return codes[:n]
}

// offices lists the nearest offices of a country, one a line.
func (t *turn) offices(code string, lat, lon float64) []string {
	type office struct {
		c  *guidance.Contact
		km float64
	}
	towns := townsOf(t.base.Understand.Places.Places, code)
	var found []office
	for _, c := range t.base.Guidance.Contacts(code) {
		if c.City == "" || c.Kind == "emergency" || c.Kind == "hotline" {
			continue
		}
		name, _, _ := strings.Cut(c.City, ",")
		if p := towns[bare(name)]; p != nil {
			if km := distance(lat, lon, *p.Lat, *p.Lon); km <= nearKm {
				found = append(found, office{c, km})
			}
		}
	}
	slices.SortStableFunc(found, func(a, b office) int { return cmp.Compare(a.km, b.km) })
	var lines []string
	for _, o := range found[:min(len(found), nearOffices)] {
		line := "- " + t.contactLine(o.c) + " · " + t.text("telegram_near_km", locales.Args{"Km": max(1, int(math.Round(o.km)))})
		if o.c.URL != "" && len(o.c.Phones) > 0 {
			line += fmt.Sprintf(" · [%s](%s)", t.text("page"), o.c.URL)
		}
		if !o.c.AsOf.IsZero() {
			line += " (" + t.month(o.c.AsOf) + ")"
		}
		lines = append(lines, line)
	}
	return lines
}

// townsOf gives the towns of a country that a position is known of, by name.
func townsOf(places []*understand.Place, code string) map[string]*understand.Place {
	towns := map[string]*understand.Place{}
	for _, p := range places {
		if p.Country != code || p.Lat == nil || p.Lon == nil {
			continue
		}
		for _, n := range p.Names {
			if towns[bare(n)] == nil {
				towns[bare(n)] = p
			}
		}
	}
	return towns
}

// bare is a name without case, accents and spaces around it.
func bare(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFD.String(s)))
}

// distance in kilometres on the globe.
func distance(lat1, lon1, lat2, lon2 float64) float64 {
	const radius, rad = 6371, math.Pi / 180
	a := math.Pow(math.Sin((lat2-lat1)*rad/2), 2) + math.Cos(lat1*rad)*math.Cos(lat2*rad)*math.Pow(math.Sin((lon2-lon1)*rad/2), 2)
	return 2 * radius * math.Asin(math.Min(1, math.Sqrt(a)))
}
