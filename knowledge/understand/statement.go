package understand

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"cobijo/knowledge/statement"
)

// StatementQuery is what somebody asks of the San José Action Statement.
type StatementQuery struct {
	Participants []string // ids; several for a comparison or a group such as "UN agencies"
	Group        string   // the kind of participants that is asked for, empty for any
	Theme        string   // the theme that is asked for most, empty for any
	IDs          []string // commitments named by their ids
	Dated        bool     // those with a date or term are asked for
	Says         bool     // it says that it is about what was promised or stated
	Heads        bool     // it begins with the participant, as a heading does: "Honduras: shelters for displaced people"
	themes       map[string]float32
	words        []string // what is left to search by
}

// Empty tells whether the query names nothing.
func (q StatementQuery) Empty() bool {
	return len(q.Participants) == 0 && q.Theme == "" && len(q.IDs) == 0 && q.Group == "" && !q.Dated && len(q.words) == 0
}

// Found is a commitment with how well it fits.
type Found struct {
	Commitment *statement.Commitment
	Score      float32
}

// commitments finds commitments by participant, theme and words.
type commitments struct {
	statement    *statement.Statement
	participants phrases[string]
	themes       phrases[string]
	groups       phrases[string] // kinds of participants: "UN agencies", "los países"
	documents    phrases[string] // documents and places that bear a participant's name
	scaffold     map[string]bool // words of the question itself: they find nothing
	index        map[string]*bm25
}

var commitmentID = regexp.MustCompile(`\b([a-z]+(?:-[a-z]+)*-\d{2})\b`)

func newCommitments(s *statement.Statement) *commitments {
	c := &commitments{
		statement: s, participants: phrases[string]{}, themes: phrases[string]{}, groups: phrases[string]{}, documents: phrases[string]{}, scaffold: map[string]bool{},
		index: map[string]*bm25{"en": newBM25("en", len(s.Commitments)), "es": newBM25("es", len(s.Commitments))},
	}
	for _, p := range s.Participants {
		names := slices.Concat([]string{p.Name.EN, p.Name.ES}, p.Aliases.EN, p.Aliases.ES)
		for _, n := range names {
			if words := tokens(fold(n)); len(words) > 0 {
				c.participants.add(words, p.ID)
			}
		}
	}
	for _, t := range s.Themes {
		for _, n := range slices.Concat(t.Words.EN, t.Words.ES) {
			if words := tokens(fold(n)); len(words) > 0 {
				c.themes.add(words, t.ID)
			}
		}
	}
	for kind, names := range groupNames {
		for _, name := range names {
			c.groups.add(strings.Fields(name), kind)
		}
	}
	for _, name := range documentNames {
		c.documents.add(strings.Fields(name), name)
	}
	for _, ps := range []phrases[string]{c.participants, c.themes, c.groups, c.documents} {
		ps.sort()
	}
	for w := range strings.FieldsSeq(scaffoldWords) {
		c.scaffold[w] = true
	}
	for i, cm := range s.Commitments {
		for lang, x := range c.index {
			x.add(i, cm.Text.In(lang), 1)
			x.add(i, cm.Title.In(lang), 2)
			for _, t := range cm.Themes {
				if th := s.Theme(t); th != nil {
					x.add(i, th.Title.In(lang), 0.5)
				}
			}
		}
	}
	for _, x := range c.index {
		x.done()
	}
	return c
}

// Words by which people ask for commitments, whatever they are about.
const scaffoldWords = `a about acordado acordaron acordo acerca agree agreed al algo alguna alguno all alla and any anything are as asumieron asumio at
be by cada can case compare comparar compara comparame commit commits committed commitment commitments compromete comprometen comprometieron comprometio compromiso compromisos
con cual cuales cuantas cuantos cuanto da dame de del declaracion declaration dice dicen dijeron dijo did diferencia difference do document documento does done dos e el
ella ellos en entre es esa ese eso esta este esto every fue fueron for from give had has hablan hablaron hablo have hay hace hacer he how i in is it its jose just la las list
lista lo los many mas me mention mentions mentioned mencionan menciona mexico mismo mostrame muestra muestrame n ninguna ningun no of offer offered ofrece ofrecen ofrecieron ofrecio on one only
or organizaciones otros otra others other para participantes participants pero plegde pledge pledged pledges piensa por promesa promesas promete prometen prometieron prometio promise promised promises
que quien quienes realmente relacion said san say says saying se sea segun ser si sign signed sobre solo son statement statements show signed so su sus supposed tell text texto than that the their them there they this
tambien tema temas tiene tienen to todas todo todos touches under un una up vs versus was were what when where which who whom why will with would y ya you your mesa redonda round table action accion
full complete completa completo lista listado listar enumere enumera points puntos point itself wording talk talks talked stance position posture want wanted hacia resumen summary summarize intends intenta aporta parte part words exactly exact palabras propone proponen pide piden asked ask asks call calls llamado undertake undertook dio did resume explain explica
government governments gobierno gobiernos state estado country pais
find puedo quiero ver see give please favor gracias hi hola buenas toca again more which whose want need looking busco buscar search cosas things materia`

// parse reads what is asked for out of words. places are those found in the words: a country is a participant too.
func (c *commitments) parse(folded string, words []string, places []Mention) StatementQuery {
	var q StatementQuery
	for _, id := range commitmentID.FindAllString(folded, -1) {
		if c.statement.Commitment(id) != nil {
			q.IDs = append(q.IDs, id)
		}
	}
	taken := make([]bool, len(words))
	q.themes = map[string]float32{}
	addParticipant := func(id string) {
		if !slices.Contains(q.Participants, id) {
			q.Participants = append(q.Participants, id)
		}
	}
	for i := 0; i < len(words); i++ {
		if g, n := c.groups.at(words[i:]); n > 0 {
			q.Group = g
			mark(taken, i, n)
			i += n - 1
			continue
		}
		if _, n := c.documents.at(words[i:]); n > 0 {
			i += n - 1 // its name bears a country's, which is not asked for
			continue
		}
		id, n := c.participants.at(words[i:])
		switch {
		case n == 0 || id == "us" && words[i] == "us" && !usIsCountry(words, i):
		case len(q.Participants) > 0 && i > 0 && slices.Contains(of, words[i-1]) && c.institution(id):
			i += n - 1 // "what did the US offer to UNHCR?" asks for the first
		default:
			addParticipant(id)
			mark(taken, i, n)
			i += n - 1
		}
	}
	for _, m := range places {
		if c.namesDocument(words, m.start) {
			continue
		}
		if m.Place.Country == "" || m.Place.Kind == "paper" || taken[m.start] || m.Place.Kind == "city" || m.Place.Kind == "crossing" {
			continue
		}
		if c.statement.Participant(m.Place.Country) != nil && (m.Role == Here || m.Place.Kind == "demonym") {
			addParticipant(m.Place.Country)
			mark(taken, m.start, m.end-m.start)
		}
	}
	for i := 0; i < len(words); i++ {
		if taken[i] {
			continue
		}
		if t, n := c.themes.at(words[i:]); n > 0 {
			q.themes[t] += float32(n)
			i += n - 1
		}
	}
	for _, t := range c.statement.Themes { // in their order, so that of equals always the same is chosen
		if w := q.themes[t.ID]; w > 0 && (q.Theme == "" || w > q.themes[q.Theme]) {
			q.Theme = t.ID
		}
	}
	q.Heads = len(words) > 2 && taken[0] && q.Theme != "" && !slices.ContainsFunc(words, func(w string) bool { return slices.Contains(personal, w) })
	for i, w := range words {
		q.Says = q.Says || slices.ContainsFunc(saying, func(begin string) bool { return strings.HasPrefix(w, begin) })
		q.Dated = q.Dated || slices.Contains(dating, w)
		if !taken[i] && !c.scaffold[w] {
			q.words = append(q.words, w)
		}
	}
	return q
}

// Beginnings of words that tell that a question is about what was promised or stated.
var saying = []string{"signed", "firmo", "firmaron", "address", "compromi", "comprom", "commit", "pledg", "promet", "promis", "declarac", "statement", "firmante", "suscri", "asumi", "ofreci", "acord", "llamad"}

// Words of somebody who speaks for themselves, or asks.
var personal = []string{"i", "im", "my", "me", "we", "our", "us", "you", "yo", "mi", "mis", "me", "nos", "nosotros", "tengo", "estoy", "soy", "puedo", "pueden", "quiero", "necesito", "hay", "donde", "cuanto", "cuantos", "como", "que", "quien", "where", "how", "what", "who", "can", "do", "does", "is", "are", "llegue", "vengo", "somos"}

// Words by which people ask for what bears a date.
var dating = []string{"deadline", "deadlines", "plazo", "plazos", "fecha", "fechas", "date", "dates", "dated", "termino", "timebound", "due"}

// Prepositions before a participant that is not the one who is asked about, where another is named already.
var of = []string{"de", "del", "of", "to", "from", "by", "a", "con", "with", "para", "for"}

// Documents and places that bear a participant's name.
var documentNames = []string{"brazil plan of action", "plan de accion de brasil", "brazil declaration", "declaracion de brasil", "san jose action statement", "cartagena declaration", "panama canal"}

// namesDocument tells whether the i-th word is the first or the last of a document's name.
func (c *commitments) namesDocument(words []string, i int) bool {
	if _, n := c.documents.at(words[i:]); n > 0 {
		return true
	}
	for _, n := range []int{4, 5} { // so many words have the names that end with a participant's
		if i < n-1 {
			continue
		}
		if _, m := c.documents.at(words[i-n+1:]); m == n {
			return true
		}
	}
	return false
}

// institution tells whether a participant is no government.
func (c *commitments) institution(id string) bool {
	kind := c.statement.Participant(id).Kind
	return kind != "country" && kind != "observer" && kind != "joint"
}

func mark(taken []bool, at, n int) {
	for i := at; i < at+n; i++ {
		taken[i] = true
	}
}

// usIsCountry tells the country from "for us".
func usIsCountry(words []string, i int) bool {
	return i > 0 && slices.Contains([]string{"the", "canada", "and"}, words[i-1]) || i == 0
}

// How people name a kind of participants.
var groupNames = map[string][]string{
	"un": {
		"un agencies", "un agency", "united nations agencies", "agencias de la onu", "agencias de naciones unidas", "agencias de las naciones unidas",
		"agencias onu", "un bodies", "the un ones", "un ones", "las de la onu",
	},
	"observer": {"paises observadores", "observer countries", "estados observadores", "observers", "observer states", "observadores"},
	"country": {
		"which countries", "which country", "que paises", "que pais", "cuales paises", "which governments", "que gobiernos", "countries", "governments", "gobiernos",
	},
	"organization": {"international organizations", "international organisations", "organismos internacionales"},
}

// The UN's own among the participants, for questions such as "which UN agencies".
var unitedNations = []string{"undg-lac", "ilo", "ohchr", "unicef", "undp", "unhcr", "ocha", "unfpa", "un-adviser", "sr-idps", "wfp", "un-women", "unaids", "upeace"}

func (c *commitments) inGroup(participant, group string) bool {
	switch group {
	case "":
		return true
	case "un":
		return slices.Contains(unitedNations, participant)
	case "country":
		kind := c.statement.Participant(participant).Kind
		return kind == "country" || kind == "observer"
	}
	return c.statement.Participant(participant).Kind == group
}

// search gives the commitments that answer the query, the best first.
func (c *commitments) search(q StatementQuery) []Found {
	if len(q.IDs) > 0 {
		var found []Found
		for _, id := range q.IDs {
			found = append(found, Found{c.statement.Commitment(id), 1})
		}
		return found
	}
	var own, joint []Found
	cover, themes := c.cover(q.words), q.weighed()
	for i, cm := range c.statement.Commitments {
		if !c.inGroup(cm.Participant, q.Group) || q.Dated && !cm.TimeBound {
			continue
		}
		f := Found{cm, themeWeight*themes.score(cm) + coverWeight*cover[i]}
		switch {
		case len(q.Participants) == 0, slices.Contains(q.Participants, cm.Participant):
			own = append(own, f)
		case cm.Participant == statement.Joint:
			joint = append(joint, f)
		}
	}
	named := len(q.Participants) > 0 || q.Group != "" || q.Dated
	if named && best(own) < leastScore && (q.Theme == "" || best(joint) < leastScore) {
		return own // all that they committed to, in the document's order
	}
	if top := elsewhere(c.statement.Commitments, cover, q.Participants); top != nil && len(own) > 0 && len(q.Participants) > 0 && best(own) < leastOwn {
		return append([]Found{*top}, relevant(own)...)
	}
	own, joint = relevant(own), relevant(joint)
	if len(q.Participants) == 0 || len(joint) == 0 || joint[0].Score < jointScore {
		return own
	}
	// What all promised on the theme holds for the participant too: it comes first where the participant's own says less.
	joint = joint[:min(len(joint), 2)]
	if len(own) > 0 && joint[0].Score > 1.5*own[0].Score {
		if q.Theme != "" && own[0].Score < leastScore+themeWeight/2 {
			return joint
		}
		return append(joint, own...)
	}
	return append(own, joint...)
}

// How the parts of a score stand to each other: found on the examples' questions about the statement.
const (
	coverWeight = 1.1  // of the words that a commitment holds
	themeWeight = 0.7  // of the themes that it bears on
	leastScore  = 0.25 // below it nothing that was asked for stands there
	jointScore  = 0.75 // what all promised is shown beside a participant's own only where it fits as well as this
	leastOwn    = 0.35 // below it another's commitment that holds nearly all the words comes first
	nearlyAll   = 0.6
	keepPart    = 0.5 // what fits less than this part of the best is cut off
)

// elsewhere gives the commitment of another participant that holds nearly all the words, nil for none.
func elsewhere(all []*statement.Commitment, cover []float32, participants []string) *Found {
	var top *Found
	for i, cm := range all {
		if cover[i] >= nearlyAll && !slices.Contains(participants, cm.Participant) && (top == nil || cover[i] > top.Score) {
			top = &Found{cm, cover[i]}
		}
	}
	return top
}

// weighedThemes are the themes that are asked for, with how much each is.
type weighedThemes struct {
	ids     []string
	weights []float32
	all     float32
}

func (q StatementQuery) weighed() (ts weighedThemes) {
	if q.Theme != "" && len(q.themes) == 0 { // a theme chosen by a button
		return weighedThemes{[]string{q.Theme}, []float32{1}, 1}
	}
	for _, id := range slices.Sorted(maps.Keys(q.themes)) {
		ts.ids, ts.weights = append(ts.ids, id), append(ts.weights, q.themes[id])
		ts.all += q.themes[id]
	}
	return ts
}

// score tells how well a commitment bears on the themes, 0 to 1.
func (ts weighedThemes) score(c *statement.Commitment) float32 {
	if ts.all == 0 {
		return 0
	}
	var score float32
	for i, id := range ts.ids {
		if at := slices.Index(c.Themes, id); at >= 0 {
			score += ts.weights[i] * (1 - 0.12*float32(at))
		}
	}
	return score / ts.all
}

// cover tells for each commitment how much of the words it holds, 0 to about 1; rare words count most.
func (c *commitments) cover(words []string) []float32 {
	cover := make([]float32, len(c.statement.Commitments))
	if len(words) == 0 {
		return cover
	}
	scores := make([]float32, len(cover))
	for _, x := range c.index {
		clear(scores)
		most := x.score(words, scores)
		if most == 0 {
			continue
		}
		for i, s := range scores {
			cover[i] = max(cover[i], s/most)
		}
	}
	return cover
}

func best(found []Found) float32 {
	var b float32
	for _, f := range found {
		b = max(b, f.Score)
	}
	return b
}

// relevant puts the best first and cuts off what fits much less.
func relevant(found []Found) []Found {
	slices.SortStableFunc(found, func(a, b Found) int {
		switch {
		case a.Score > b.Score:
			return -1
		case a.Score < b.Score:
			return 1
		}
		return 0
	})
	for i, f := range found {
		if f.Score <= 0.1 || f.Score < found[0].Score*keepPart {
			return found[:i]
		}
	}
	return found
}
