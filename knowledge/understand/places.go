package understand

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"cobijo/knowledge/lint"
)

// Place is what a person may name that tells a country.
type Place struct {
	ID      string
	Country string // of those that guidance speaks of; empty for others
	ISO     string // of the others
	Kind    string // country, demonym, city, crossing, region, authority, paper, other-country, other-demonym, other-city
	Topic   string // of an authority or a paper: what a question that names no more than it is about; see About
	Names   []string
	Exact   map[string]string // spellings that name it only with these capitals, and the name that they stand for
	Lat     *float64          // degrees north
	Lon     *float64          // degrees east
}

// About is the topic of a question that names no more than this office or paper, "" for other places.
func (p *Place) About() string {
	switch {
	case p.Topic != "":
		return p.Topic
	case p.Kind == "authority":
		return "where-to-get-help"
	case p.Kind == "paper":
		return "documents"
	}
	return ""
}

// Role is what a place is in what somebody says.
type Role int

// The roles.
const (
	Here   Role = iota // the answer is to hold there
	Origin             // somebody comes from there, or fears to be sent there
)

// Mention is a place named in a message.
type Mention struct {
	Place      *Place
	Role       Role
	weight     float32 // how strongly it says where the answer is to hold
	start, end int     // words of the message
}

// Gazetteer finds places in words.
type Gazetteer struct {
	Places       []*Place
	names        phrases[*Place]
	unitedStates *Place
	exact        *regexp.Regexp
	spelt        map[string]string
	near         map[string]*Place    // names of one long word with one letter left out, for misspellings
	heard        map[string]heardName // names of several words by their skeletons
}

const placesFile = "places.yaml"

// loadGazetteer reads the places below fsys.
func loadGazetteer(fsys fs.FS, faults *lint.Faults) *Gazetteer {
	g := &Gazetteer{names: phrases[*Place]{}, near: map[string]*Place{}, heard: map[string]heardName{}, spelt: map[string]string{}}
	lint.YAML(fsys, placesFile, &g.Places, faults)
	g.Places = lint.Present(fsys, placesFile, g.Places, faults)
	for _, p := range g.Places {
		if p.ID == "us" {
			g.unitedStates = p
		}
		for _, n := range p.Names {
			words := tokens(fold(n))
			if len(words) == 0 {
				faults.Add(placesFile, 0, "%s: %q names nothing", p.ID, n)
				continue
			}
			if by, ok := g.names.add(words, p); !ok && by != p {
				faults.Add(placesFile, 0, "%q names both %s and %s", n, by.ID, p.ID)
			}
			if len(words) == 1 && len(words[0]) >= minFuzzy && p.Kind != "paper" {
				g.misspell(words[0], p)
			}
			g.hear(words, p)
		}
	}
	g.names.sort()
	g.readExact()
	return g
}

// readExact makes the pattern of all spellings that need their capitals.
func (g *Gazetteer) readExact() {
	var patterns []string
	for _, p := range g.Places {
		for spelling, name := range p.Exact {
			g.spelt[spelling] = " " + name + " "
			patterns = append(patterns, regexp.QuoteMeta(spelling))
		}
	}
	if len(patterns) == 0 {
		return
	}
	slices.SortFunc(patterns, func(a, b string) int { return len(b) - len(a) }) // the longest first
	g.exact = regexp.MustCompile(`\b(?:` + strings.Join(patterns, "|") + `)(?:\b|\s|$)`)
}

// Spell writes out the names that are told from common words by their capitals alone: "US", "ICE". In a text all in capitals
// they cannot be told.
func (g *Gazetteer) Spell(text string) string {
	if g.exact == nil || text == strings.ToUpper(text) && len(text) > 20 {
		return text
	}
	return g.exact.ReplaceAllStringFunc(text, func(s string) string { return g.spelt[strings.TrimSpace(s)] })
}

func (g *Gazetteer) misspell(w string, p *Place) {
	g.near[w] = p
	for i := range len(w) {
		if d := w[:i] + w[i+1:]; g.near[d] == nil {
			g.near[d] = p
		}
	}
}

// minFuzzy is how long a name must be before one wrong letter is forgiven: short ones fall together with other words.
const minFuzzy = 6

// nearWord is how far off the usual word may be that somebody meant who named no place.
const nearWord = 0.6

// Find gives the places that the words name, in order. meant are the same words as they were meant, and spell tells which are no
// misspelling.
func (g *Gazetteer) Find(words, meant []string, spell *speller) []Mention {
	var found []Mention
	rare := -1 // the last of the words looked at that is not common
	ahead := 0
	for i := 0; i < len(words); {
		p, n := g.names.at(words[i:])
		if i == 0 && words[0] == "us" && len(words) > 1 {
			p, n = g.unitedStates, 1 // no sentence begins with the pronoun
		}
		if p == nil && len(words[i]) >= minFuzzy && !spell.known(words[i]) {
			p, n = g.misspelt(words[i]), 1
			if p != nil && meant[i] != words[i] && g.near[meant[i]] != p && heardDistance(words[i], meant[i]) < nearWord {
				p = nil // "belive" is believe, and not Belize
			}
		}
		for ; ahead < min(i+heardWords, len(words)); ahead++ {
			if !spell.common(words[ahead]) {
				rare = ahead
			}
		}
		if p == nil && rare >= i {
			p, n = g.heardAt(words[i:], spell)
		}
		if p == nil || words[i] == "usa" && i > 0 && slices.Contains(usesIt, words[i-1]) {
			i++
			continue
		}
		m := Mention{Place: p, start: i, end: i + n}
		m.Role, m.weight = role(meant, m)
		if last := len(found) - 1; last >= 0 && found[last].Place.Kind == "paper" && found[last].Place.Country != p.Country && i-found[last].end <= 2 {
			m.Role, m.weight = Origin, 0 // "TPS for Honduras" is asked for in the United States
		}
		found = append(found, m)
		i += n
	}
	return found
}

// After these, "usa" is the Spanish verb and no country.
var usesIt = []string{"se", "quien", "lo", "la", "no", "que"}

// misspelt finds the name that differs from w in one letter: left out, added, changed, or two that changed places.
func (g *Gazetteer) misspelt(w string) *Place {
	if p := g.near[w]; p != nil {
		return p
	}
	for i := range len(w) {
		if p := g.near[w[:i]+w[i+1:]]; p != nil {
			return p
		}
	}
	return nil
}

// Locate finds the coordinates of a city of a country, given as "City, State".
func (g *Gazetteer) Locate(country, city string) (lat, lon float64, ok bool) {
	for part := range strings.SplitSeq(city, ",") {
		words := tokens(fold(part))
		for i := range words {
			p, n := g.names.at(words[i:])
			if n > 0 && p.Country == country && p.Lat != nil && p.Lon != nil {
				return *p.Lat, *p.Lon, true
			}
		}
	}
	return 0, 0, false
}

// What comes before a place that somebody comes from, or fears to be sent to: the nearest word, then the one before it.
var originBefore = map[string][]string{
	"de":   {"soi", "bengo", "benimos", "ui", "uimos", "soy", "somos", "es", "son", "era", "vengo", "venimos", "viene", "vienen", "vine", "vinimos", "hui", "huimos", "huyendo", "huyo", "huir", "sali", "salimos", "salio", "saliendo", "escape", "escapamos", "originario", "originaria", "originarios", "nativo", "escapando", "fui", "afuera", "corrieron", "persona", "personas", "gente", "muchacho", "muchacha", "migrante", "migrantes", "refugiado", "refugiados", "mujer", "hombre", "esposa", "esposo", "amigo", "amiga", "familia", "joven", "venimos", "salir", "saliendo", "irme", "fugarme"},
	"from": nil,
	"left": nil, "fled": nil, "leaving": nil, "fleeing": nil, "escaped": nil, "leave": nil, "flee": nil,
	"dejamos": nil, "deje": nil, "abandone": nil,
	"a":  {"regresar", "regresarme", "regresarnos", "regresen", "regrese", "devolver", "devolverme", "devolvernos", "devuelvan", "devuelven", "volver", "vuelva", "vuelta", "volverme", "deportar", "deportarme", "deporten", "deportan", "mandar", "mandarme", "mandan", "manden", "expulsar", "retornar", "retorno", "regreso", "regresarlo", "vuelvo", "miedo", "devolverlo", "devolverla", "regresan", "retornen"},
	"to": {"back", "return", "returned", "deport", "returning", "deportation", "removal", "removed", "remove", "send", "extradite"},
	"en": {"quedaron", "naci", "nacio", "nacido", "nacida", "mataron", "amenazaron", "dejado", "deje", "dejamos", "perseguian", "persiguen", "perseguido"},
	"in": {"born", "stayed", "behind", "killed", "raised", "threatened"},
}

var (
	relatives   = []string{"familia", "hijos", "hijas", "hijo", "hija", "mama", "mamá", "family", "kids", "children", "son", "daughter", "mother", "brother", "hermano", "hermana", "padres", "parents", "esposa", "esposo", "wife", "husband"}
	possessives = []string{"mi", "mis", "my", "our", "su", "sus", "nuestra", "nuestros"}
)

var (
	leftBehind = []string{"deje", "dejamos", "dejo", "quedo", "quedaron", "left", "stayed"}
	selves     = []string{"soy", "somos", "soi"}
	returning  = []string{"returned", "removal", "removals", "deported", "deportation", "deportations", "deport", "expelled", "flights", "removed"}
	states     = []string{"gobierno", "government", "embajada", "embassy", "consulado", "consulate", "autoridades", "authorities"}
	telling    = []string{"decir", "decirle", "dicen", "avisan", "avisar", "enterar", "entera", "enteran", "tell", "told", "share", "know", "compartir", "huyendo", "hui", "huimos", "fled", "escaped", "perseguia", "persigue", "amenazo"}
)

// After these, "to" and "a" say where somebody was brought, and is now.
var broughtTo = []string{"deported", "deportaron", "deporto", "regresaron", "devolvieron", "retornaron", "mandaron", "sent", "llegue", "llegamos", "arrived", "came"}

// Words that stand between the preposition and the place.
var fillers = []string{"el", "la", "los", "las", "the", "pais", "country", "estado", "ciudad", "city", "aqui", "here", "alla", "me", "us", "him", "her", "them", "nos", "lo", "le"}

// After these nouns a demonym tells whose office, law or land is meant, not where somebody comes from.
var belongs = []string{"gobierno", "government", "policia", "police", "ley", "leyes", "law", "laws", "visa", "migracion", "immigration", "residencia", "residency", "residence", "nacionalidad", "nationality", "ciudadania", "citizenship", "autoridades", "authorities", "frontera", "border", "lado", "side", "selva", "jungle", "territorio", "territory", "state", "estado", "hospital", "hospitales", "court", "courts", "corte", "escuela", "escuelas", "schools", "officials", "funcionarios", "migra", "peso", "pasaporte", "ciudadano", "ciudadana", "ciudadanos", "citizen", "become", "naturalizar", "naturalizarme", "naturalizarse", "volverme", "hacerme", "territory", "suelo", "soil"}

// near words that tell that somebody is there.
var atPlace = []string{"en", "in", "at", "near", "cerca"}

func role(words []string, m Mention) (Role, float32) {
	kind := m.Place.Kind
	before := func(n int) string { // the n-th word before, fillers left out
		for i := m.start - 1; i >= 0; i-- {
			if slices.Contains(fillers, words[i]) {
				continue
			}
			if n == 0 {
				return words[i]
			}
			n--
		}
		return ""
	}
	after := ""
	if m.end < len(words) {
		after = words[m.end]
	}
	switch kind {
	case "demonym":
		for n := range 3 {
			if slices.Contains(belongs, before(n)) {
				return Here, 0.7
			}
		}
		if slices.Contains(belongs, after) {
			return Here, 0.7
		}
		return Origin, 0
	case "other-country", "other-demonym", "other-city":
		return Origin, 0
	case "paper":
		return Here, 0.5
	case "authority":
		return Here, 0.8
	}
	prep, verb := before(0), before(1)
	if m.start > 0 && slices.Contains([]string{"me", "us", "nos"}, words[m.start-1]) && slices.Contains([]string{"leave", "left"}, prep) {
		prep = ""
	}
	if prep == "del" {
		prep = "de"
	}
	near := words[max(0, m.start-6):m.start]
	has := func(some []string) bool {
		return slices.ContainsFunc(near, func(w string) bool { return slices.Contains(some, w) })
	}
	if (prep == "en" || prep == "in") && has(leftBehind) || prep == "de" && has(selves) && !has(atPlace) {
		return Origin, 0
	}
	if (prep == "de" || prep == "of") && slices.Contains(states, verb) && slices.ContainsFunc(words, func(w string) bool { return slices.Contains(telling, w) }) {
		return Origin, 0 // "will they tell the government of X?" is asked by somebody whom it persecutes
	}
	if prep == "from" && has(returning) && !slices.Contains(words[:m.start], "am") {
		return Here, 1 // "they returned my brother from Panama"
	}
	if verbs, ok := originBefore[prep]; ok {
		if slices.Contains(relatives, verb) && (prep == "en" || prep == "in") && slices.Contains(possessives, before(2)) {
			return Origin, 0 // "my children in X" are there, and not the one who asks
		}
		// "back to X", "deport me to X": the verb may stand one word further off.
		verb2 := before(2)
		fears := verbs == nil || slices.Contains(verbs, verb) || (prep == "a" || prep == "to") && slices.Contains(verbs, verb2)
		brought := slices.Contains(broughtTo, verb) || slices.Contains(broughtTo, verb2)
		if fears && !(brought && (prep == "a" || prep == "to")) {
			return Origin, 0
		}
	}
	weight := float32(1)
	if slices.Contains(atPlace, prep) {
		weight = 1.5
	}
	return Here, weight
}

// here weighs the countries in which the answer is to hold, the strongest first; those that come from equals are both given.
func here(mentions []Mention) []string {
	type sum struct {
		country string
		weight  float32
	}
	var sums []sum
	for i, m := range mentions {
		if m.Role != Here || m.Place.Country == "" {
			continue
		}
		weight := m.weight
		// "San Pedro, Belize": the country right after a city says which city.
		if i+1 < len(mentions) && mentions[i+1].start == m.end && mentions[i+1].Place.Kind == "country" && m.Place.Kind != "country" {
			continue
		}
		at := slices.IndexFunc(sums, func(s sum) bool { return s.country == m.Place.Country })
		if at < 0 {
			sums = append(sums, sum{m.Place.Country, weight})
			continue
		}
		sums[at].weight = max(sums[at].weight, weight)
	}
	slices.SortStableFunc(sums, func(a, b sum) int {
		switch {
		case a.weight > b.weight:
			return -1
		case a.weight < b.weight:
			return 1
		}
		return 0
	})
	var countries []string
	for _, s := range sums {
		if s.weight == sums[0].weight {
			countries = append(countries, s.country)
		}
	}
	return countries
}
