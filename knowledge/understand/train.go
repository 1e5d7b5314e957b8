package understand

import (
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
	trainEpochs = 12
	trainRate   = 0.5
	trainDecay  = 1e-4
	// There are ten times as many examples of what is off-topic as of a topic, for it has no end.
	offTopicWeight = 0.6
	coreWeight     = 3.0
	seldom         = 4   // a feature that stands in fewer examples, the misspelt ones counted, is left out
	noisyWeight    = 0.5 // of an example as somebody misspells it
)

// Train fits all models to the examples below fsys and writes them as one file. The same examples make the same file.
func Train(fsys fs.FS, topics []string, s *statement.Statement) ([]byte, error) {
	var faults lint.Faults
	r := newReader(fsys, s, &faults)
	questions := readQuestions(fsys, topics, &faults)
	if err := faults.Err(); err != nil {
		return nil, err
	}
	m := fit(questions, r, topics)
	m.digest = digest(fsys)
	return m.marshal(), nil
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
	for _, q := range questions {
		if !slices.Contains(langClasses, q.lang) {
			langClasses = append(langClasses, q.lang)
		}
		langEx = append(langEx, example{features: langFeatures(q.text), class: slices.Index(langClasses, q.lang), weight: 1})
		if q.class == unspokenFile {
			continue
		}
		words := tokens(fold(r.places.Spell(clip(q.text))))
		meant := spell.meant(words)
		masked, meant := r.mask(words, meant, r.places.Find(words, meant, spell))
		fs := r.featuresOf(masked, meant)
		var misspelt [len(misspeltShares)][]uint32
		for i, share := range misspeltShares {
			so := noisy(masked, share, q.lang, rng)
			misspelt[i] = r.featuresOf(so, spell.meant(so))
		}
		add := func(to *[]example, class int, weight float32) {
			*to = append(*to, example{features: fs, class: class, weight: weight})
			for _, m := range misspelt {
				*to = append(*to, example{features: m, class: class, weight: noisyWeight * weight})
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
	prune(topicEx, seldom)
	prune(dangerEx, seldom)
	m.topic = train(topicEx, len(topicClasses), trainEpochs).shrink(topicClasses)
	m.danger = train(dangerEx, len(dangerClasses), trainEpochs).shrink(dangerClasses)
	m.lang = train(langEx, len(langClasses), 3).shrink(langClasses)
	return m
}

// vocabulary counts in how many examples each word stands.
func vocabulary(questions []question) (words []string, counts []uint16) {
	n := map[string]uint16{}
	for _, q := range questions {
		if q.class == unspokenFile {
			continue
		}
		in := tokens(fold(q.text))
		slices.Sort(in)
		for _, w := range slices.Compact(in) {
			n[w] = min(n[w], math.MaxUint16-1) + 1
		}
	}
	words = slices.Sorted(maps.Keys(n))
	for _, w := range words {
		counts = append(counts, n[w])
	}
	return words, counts
}
