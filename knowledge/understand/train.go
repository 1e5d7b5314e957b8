package understand

import (
	"io/fs"
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
	m := &models{vocab: vocabulary(questions)}
	topicClasses := slices.Concat(topics, []string{classMenu, classOffTopic, classCommitments})
	dangerClasses := slices.Concat(guidance.Dangers, []string{classSafe})
	var langClasses []string
	var topicEx, dangerEx, langEx []example
	for _, q := range questions {
		if !slices.Contains(langClasses, q.lang) {
			langClasses = append(langClasses, q.lang)
		}
		langEx = append(langEx, example{langFeatures(q.text), slices.Index(langClasses, q.lang), 1})
		if q.class == unspokenFile {
			continue
		}
		words := tokens(fold(r.places.Spell(clip(q.text))))
		masked := r.mask(words, r.places.Find(words, m.known))
		fs := r.featuresOf(masked)
		var misspelt [len(misspeltShares)][]uint32
		for i, share := range misspeltShares {
			misspelt[i] = r.featuresOf(noisy(masked, share, rng))
		}
		add := func(to *[]example, class int, weight float32) {
			*to = append(*to, example{fs, class, weight})
			for _, m := range misspelt {
				*to = append(*to, example{m, class, noisyWeight * weight})
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
	m.topic = train(topicEx, len(topicClasses), trainEpochs).shrink(topicClasses)
	m.danger = train(dangerEx, len(dangerClasses), trainEpochs).shrink(dangerClasses)
	m.lang = train(langEx, len(langClasses), 3).shrink(langClasses)
	return m
}

func vocabulary(questions []question) []uint32 {
	var vocab []uint32
	for _, q := range questions {
		for _, w := range tokens(fold(q.text)) {
			vocab = append(vocab, hashString(fnvOffset, w))
		}
	}
	slices.Sort(vocab)
	return slices.Compact(vocab)
}

// known tells whether a word stands in the examples, and so is no misspelling.
func (m *models) known(w string) bool {
	_, found := slices.BinarySearch(m.vocab, hashString(fnvOffset, w))
	return found
}
