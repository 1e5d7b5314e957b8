package understand

import (
	"slices"
	"strconv"
	"strings"
)

// Words that carry no subject: what is left of a message without them is its content.
var filler = wordSet(`a al and ahi ahora aca alla also am ante aqui are as at ay bien bueno buenas but by can como con cual de del do donde
e el ella ellas ellos en entonces es esa ese eso esta este esto estoy estamos for from gracias ha he here hey hola i igual in is it jaja la las le lo los
me mi mis mismo misma my no now of oiga ok okay on only or otra otro para pero pls please por porfa pues que qué quiero san same si sí so solo
sorry su sus tambien te tengo that the their them then there these they this to too tu tambien un una uno us usted vale voy we what which with y ya yo you your
about and im were somos soy ando live vivo living estan esta he's i'm it's vs`)

func wordSet(s string) map[string]bool {
	set := map[string]bool{}
	for _, w := range tokens(fold(s)) {
		set[w] = true
	}
	return set
}

// content counts the words that are neither fillers nor numbers nor part of a place's name. A paper is no place; but where the
// message names no more than one, or than an office, that is what it asks about.
func (r *Reading) content() (n int, about *Place) {
	papers := 0
	for i, w := range r.words {
		at := slices.IndexFunc(r.Mentions, func(m Mention) bool { return i >= m.start && i < m.end })
		switch {
		case at >= 0 && r.Mentions[at].Place.Kind == "paper":
			papers++
		case at < 0 && !filler[w] && strings.Trim(w, "0123456789") != "":
			n++
		}
	}
	for _, m := range r.Mentions {
		if n == 0 && m.Place.About() != "" {
			about = m.Place
		}
	}
	return n + papers, about
}

// saysChild tells whether the writer says to be under eighteen.
func saysChild(words []string) bool {
	at := func(i int) string {
		if i < 0 || i >= len(words) {
			return ""
		}
		return words[i]
	}
	for i, w := range words {
		switch w {
		case "menor":
			if at(i-1) == "soy" || at(i-1) == "somos" {
				return true
			}
		case "minor":
			if at(i-1) == "a" && (at(i-2) == "am" || at(i-2) == "im") {
				return true
			}
		}
		age, err := strconv.Atoi(w)
		if err != nil || age < 5 || age > 17 {
			continue
		}
		mine := at(i-1) == "tengo" || at(i-1) == "im" || at(i-1) == "am" && at(i-2) == "i"
		unit := at(i + 1)
		other := slices.Contains([]string{"hijos", "dias", "meses", "semanas", "horas", "days", "months", "weeks", "hours", "kids", "children", "weeks", "minutes", "minutos"}, unit)
		if mine && !other {
			return true
		}
	}
	return false
}

// pointsBack tells a message that only says whom the talk is about: "es para mi niño", "it's for my mother".
func pointsBack(words []string) bool {
	if len(words) > 6 {
		return false
	}
	text := " " + strings.Join(words, " ") + " "
	for _, begin := range []string{" es para mi ", " es para mis ", " es para una ", " es para un ", " its for my ", " it is for my ", " its for a ", " and for my ", " para mi ", " for my "} {
		if strings.HasPrefix(text, begin) {
			return true
		}
	}
	return false
}
