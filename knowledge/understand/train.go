package understand

import (
	"errors"
	"io/fs"
	"maps"
	"math"
	"math/rand/v2"
	"slices"

	"cobijo/knowledge/guidance"
	"cobijo/knowledge/lint"
	"cobijo/knowledge/statement"
)

// How the models are fitted: found by cross-validation over the examples (see the tests).
const (
	trainEpochs = 16
	trainRate   = 0.5
	trainDecay  = 1e-4
	// What is off-topic has no end, and is learned from each hand's misspellings too.
	offTopicWeight = 1.2
	coreWeight     = 3.0
	unspokenWeight = 2.0 // there are few of them
	seldom         = 4   // a feature that stands in fewer examples, the misspelt ones counted, is left out
	noisyWeight    = 0.5 // of an example as somebody misspells it
)

var errNoExamples = errors.New("there are no example questions to train from: run it from the source")

// Train fits all models to the examples below fsys and writes them as one file. The same examples make the same file.
func Train(fsys fs.FS, topics []string, s *statement.Statement) ([]byte, error) {
	var faults lint.Faults
	r := newReader(fsys, s, &faults)
	questions := readQuestions(fsys, topics, &faults)
	if err := faults.Err(); err != nil {
		return nil, err
	}
	if len(questions) == 0 {
		return nil, errNoExamples
	}
	m := fit(questions, r, topics)
	m.from, _ = digestsOf(fsys)
	return m.marshal(), nil
}

// misspelt is an example as somebody writes it who misspells a share of its words.
type misspelt struct {
	words []string
	share float64
	lang  string
}

// misspeltShares are how many of the words are misspelt in each further copy of an example.
var misspeltShares = [...]float64{0.3, 0.7}

// fit trains the three models.
func fit(questions []question, r *reader, topics []string) *models {
	rng := rand.New(rand.NewPCG(5, 6)) // the same examples are misspelt the same way
	m := &models{}
	m.words, m.counts = vocabulary(questions)
	spell := newSpeller(m.words, m.counts)
	topicClasses := slices.Concat(topics, []string{classMenu, classOffTopic, classCommitments})
	dangerClasses := slices.Concat(guidance.Dangers, []string{classSafe})
	var langClasses []string
	var topicEx, dangerEx, langEx []example
	write := func(by *misspelt) []uint32 {
		so := newHand(by.lang, by.share, rng).write(by.words)
		return r.featuresOf(so, spell.meant(so))
	}
	learn := func(examples []example, classes int) *linear {
		stays := prune(examples, seldom)
		return train(examples, classes, trainEpochs, func(e *example) {
			if e.by != nil {
				e.set(write(e.by), stays)
			}
		})
	}
	for _, q := range questions {
		if !slices.Contains(langClasses, q.lang) {
			langClasses = append(langClasses, q.lang)
		}
		if !q.byEar { // how somebody spells who hardly writes is like many languages
			weight := float32(1)
			if q.class == unspokenFile {
				weight = unspokenWeight
			}
			langEx = append(langEx, example{features: langFeatures(q.text), class: slices.Index(langClasses, q.lang), weight: weight})
		}
		if q.class == unspokenFile {
			continue
		}
		words := tokens(fold(r.places.Spell(clip(q.text))))
		meant := spell.meant(words)
		masked, meant := r.mask(words, meant, r.places.Find(words, meant, spell))
		fs := r.featuresOf(masked, meant)
		var hands [len(misspeltShares)]example
		for i, share := range misspeltShares {
			by := &misspelt{masked, share, q.lang}
			hands[i] = example{features: write(by), by: by}
		}
		add := func(to *[]example, class int, weight float32) {
			*to = append(*to, example{features: fs, class: class, weight: weight})
			for _, e := range hands {
				e.class, e.weight = class, noisyWeight*weight
				*to = append(*to, e)
			}
		}
		if kind := dangerOf(q.class); kind != "" {
			c := slices.Index(dangerClasses, kind)
			add(&dangerEx, c, q.weight)
			continue
		}
		c := slices.Index(topicClasses, q.class)
		weight := q.weight
		switch {
		case q.core:
			weight = coreWeight
		case q.class == classOffTopic:
			weight = offTopicWeight
		}
		add(&topicEx, c, weight)
		add(&dangerEx, len(dangerClasses)-1, 1)
	}
	m.topic = learn(topicEx, len(topicClasses)).shrink(topicClasses)
	m.danger = learn(dangerEx, len(dangerClasses)).shrink(dangerClasses)
	m.lang = train(langEx, len(langClasses), 3, nil).shrink(langClasses)
	return m
}

// vocabulary counts in how many examples each word stands.
func vocabulary(questions []question) (words []string, counts []wordCount) {
	n := map[string]wordCount{}
	more := func(c *uint16) { *c = min(*c, math.MaxUint16-1) + 1 }
	for _, q := range questions {
		if q.class == unspokenFile {
			continue
		}
		in := tokens(fold(q.text))
		slices.Sort(in)
		for _, w := range slices.Compact(in) {
			c := n[w]
			more(&c.all)
			switch {
			case q.byEar:
			case q.lang == "en":
				more(&c.english)
			case q.lang == "es":
				more(&c.spanish)
			}
			n[w] = c
		}
	}
	words = slices.Sorted(maps.Keys(n))
	for _, w := range words {
		counts = append(counts, n[w])
	}
	return words, counts
}
