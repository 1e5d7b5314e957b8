package understand

import (
	"math"
	"slices"
	"strings"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/spanish"
)

// bm25 ranks documents by the words that they share with a query (Robertson and Zaragoza 2009), in one language.
type bm25 struct {
	lang     string
	postings map[string][]posting
	lengths  []float32
	average  float32
	near     map[string]string // terms with one letter left out, for misspellings
}

type posting struct {
	doc  int
	freq float32 // how often the term stands there, weighted by the field
}

// The usual constants: how soon a repeated word stops counting, and how much a long document is held back.
const (
	bm25K1 = 1.2
	bm25B  = 0.5
)

func newBM25(lang string, docs int) *bm25 {
	return &bm25{lang: lang, postings: map[string][]posting{}, lengths: make([]float32, docs), near: map[string]string{}}
}

// add indexes a text of a document; weight says how much its words count.
func (x *bm25) add(doc int, text string, weight float32) {
	for _, w := range tokens(fold(text)) {
		t := stemIn(x.lang, w)
		list := x.postings[t]
		if n := len(list); n > 0 && list[n-1].doc == doc {
			list[n-1].freq += weight
		} else {
			x.postings[t] = append(list, posting{doc, weight})
		}
		x.lengths[doc] += weight
	}
}

// done makes the index ready for queries.
func (x *bm25) done() {
	var sum float32
	for _, l := range x.lengths {
		sum += l
	}
	x.average = max(sum/float32(max(len(x.lengths), 1)), 1)
	terms := make([]string, 0, len(x.postings))
	for t := range x.postings {
		if len(t) >= minFuzzy {
			terms = append(terms, t)
		}
	}
	slices.Sort(terms) // so that of two near terms always the same is found
	for _, t := range terms {
		for i := range len(t) {
			if d := t[:i] + t[i+1:]; x.near[d] == "" {
				x.near[d] = t
			}
		}
	}
}

// score adds to scores, one a document, what each word gives. It returns what a document would get that holds each word as
// often as the words are worth: the measure for "how much of the question stands there". A word that the index does not know
// counts as a rare one: what it asks for stands nowhere.
func (x *bm25) score(words []string, scores []float32) (most float32) {
	docs := float64(len(x.lengths))
	for _, w := range words {
		t := stemIn(x.lang, w)
		list := x.postings[t]
		if list == nil && len(t) >= minFuzzy {
			list = x.postings[x.spell(t)]
		}
		n := float64(len(list))
		idf := float32(math.Log(1 + (docs-n+0.5)/(n+0.5)))
		if list == nil {
			most += unknownPart * idf
			continue
		}
		most += idf * (bm25K1 + 1) / (1 + bm25K1)
		for _, p := range list {
			scores[p.doc] += idf * p.freq * (bm25K1 + 1) / (p.freq + bm25K1*(1-bm25B+bm25B*x.lengths[p.doc]/x.average))
		}
	}
	return most
}

// unknownPart is how much a word that stands nowhere counts: it may be one that only this language's index lacks.
const unknownPart = 0.15

func (x *bm25) spell(t string) string {
	if near := x.near[t]; near != "" {
		return near
	}
	for i := range len(t) {
		d := t[:i] + t[i+1:]
		if _, ok := x.postings[d]; ok {
			return d
		}
		if near := x.near[d]; near != "" {
			return near
		}
	}
	return ""
}

// americanEndings are spelt as the stemmer knows them: the statement writes "naturalization", others "naturalisation".
var americanEndings = [][2]string{{"isation", "ization"}, {"ising", "izing"}, {"ised", "ized"}, {"our", "or"}}

func american(w string) string {
	for _, e := range americanEndings {
		w = strings.Replace(w, e[0], e[1], 1)
	}
	return w
}

// stemIn takes the endings off a folded word.
func stemIn(lang, w string) string {
	if lang == "en" {
		w = american(w)
	}
	env := snowballstem.NewEnv(w)
	if lang == "es" {
		spanish.Stem(env)
	} else {
		english.Stem(env)
	}
	return env.Current()
}
