package understand

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"cobijo/knowledge/guidance"
	"cobijo/knowledge/lint"
	"cobijo/knowledge/statement"
	"cobijo/seeds"
)

// folds is into how many parts the examples are cut; neighbours, which resemble each other, stay together.
const (
	folds     = 5
	foldBlock = 10
)

// tally counts what came out for the examples of the left-out parts.
type tally struct {
	topics, right, three, answered, answeredRight, unsaid float64
	off, falseAnswers, offers                             float64
	bars                                                  [2][9][2]float64 // without and with words of the subject: answered right, answered though off-topic, at 0.20 + 0.04 i
	dangers, found, fits, calm, alarms                    float64
}

// TestCrossValidation fits models to four parts of the examples, measures them on the fifth, and prints what came out: it is
// what the weights and bars of this package and of the dialogue are chosen by. It takes minutes: COBIJO_CROSSVAL=2 says how
// many of the five parts to measure.
func TestCrossValidation(t *testing.T) {
	parts, err := strconv.Atoi(os.Getenv("COBIJO_CROSSVAL"))
	if err != nil {
		t.Skip("COBIJO_CROSSVAL=5 runs it")
	}
	base := newEngineUntrained(t)
	var faults lint.Faults
	questions := readQuestions(seeds.FS, base.topics, &faults)
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	results := make([]tally, parts)
	sem := make(chan struct{}, 2)
	var wg sync.WaitGroup
	for fold := range parts {
		wg.Go(func() {
			sem <- struct{}{}
			defer func() { <-sem }()
			results[fold] = crossValidate(base, questions, fold)
		})
	}
	wg.Wait()
	var all tally
	for _, r := range results {
		all.add(r)
	}
	t.Log(all.String())
}

func crossValidate(base *Engine, questions []question, fold int) tally {
	var learn, left []question
	n := map[string]int{}
	for _, q := range questions {
		n[q.file]++
		if (n[q.file]/foldBlock)%folds == fold && !q.core && q.class != unspokenFile {
			left = append(left, q)
		} else {
			learn = append(learn, q)
		}
	}
	m := fit(learn, base.reader, base.topics)
	e := *base
	e.models, e.spell = m, newSpeller(m.words, m.counts)
	var c tally
	for _, q := range left {
		r := e.Read(q.text, today)
		top := r.Top()
		none := r.OffTopic >= 0.5 || r.OffTopic > top.Score && r.OffTopic > r.Guidance()/2
		menu := r.Menu >= 0.5 && r.Menu > r.Guidance()
		comm := r.Commitments >= 0.5
		bar := float32(0.22)
		if !r.Domain {
			bar = 0.30
		}
		answered := !none && !menu && (comm || top.Score >= bar)
		kind := dangerOf(q.class)
		for i := range 9 {
			if none || menu || comm || top.Score < 0.2+0.04*float32(i) {
				continue
			}
			d := int(b2f(r.Domain))
			switch {
			case q.class == classOffTopic:
				c.bars[d][i][1]++
			case top.Topic == q.class:
				c.bars[d][i][0]++
			}
		}
		switch {
		case kind != "":
			c.dangers++
			c.found += b2f(r.DangerScore >= 0.15)
			c.fits += b2f(r.DangerScore >= 0.15 && r.Danger == kind)
			continue
		case q.class == classOffTopic:
			c.off++
			c.falseAnswers += b2f(answered || r.DangerScore >= 0.15)
			c.offers += b2f(!answered && !none && !menu && top.Score >= 0.12)
		case slices.Contains(base.topics, q.class):
			c.topics++
			ok := top.Topic == q.class
			c.right += b2f(ok)
			c.three += b2f(slices.ContainsFunc(r.Topics[:3], func(s Scored) bool { return s.Topic == q.class }))
			c.answered += b2f(answered && !comm)
			c.answeredRight += b2f(answered && !comm && ok)
			c.unsaid += b2f(none)
			if q.safe {
				c.calm++
				c.alarms += b2f(r.DangerScore >= 0.15)
			}
		}
	}
	return c
}

func b2f(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func (c *tally) add(o tally) {
	c.topics += o.topics
	for d := range c.bars {
		for i := range c.bars[d] {
			c.bars[d][i][0] += o.bars[d][i][0]
			c.bars[d][i][1] += o.bars[d][i][1]
		}
	}
	c.right += o.right
	c.three += o.three
	c.answered += o.answered
	c.answeredRight += o.answeredRight
	c.unsaid += o.unsaid
	c.off += o.off
	c.falseAnswers += o.falseAnswers
	c.offers += o.offers
	c.dangers += o.dangers
	c.found += o.found
	c.fits += o.fits
	c.calm += o.calm
	c.alarms += o.alarms
}

func (c *tally) String() string {
	var b strings.Builder
	share := func(what string, n, of float64) {
		fmt.Fprintf(&b, "%s %.2f, ", what, 100*n/of)
	}
	share("topic", c.right, c.topics)
	share("three", c.three, c.topics)
	share("answered right", c.answeredRight, c.topics)
	share("took for off-topic", c.unsaid, c.topics)
	share("| off-topic answered", c.falseAnswers, c.off)
	share("offered", c.offers, c.off)
	share("| danger found", c.found, c.dangers)
	share("fits", c.fits, c.dangers)
	share("alarms", c.alarms, c.calm)
	fmt.Fprintf(&b, "bars %v", c.bars)
	return b.String()
}

func newEngineUntrained(t testing.TB) *Engine {
	t.Helper()
	l, faults := guidance.Load(seeds.FS)
	e := &Engine{}
	for _, topic := range l.Topics {
		e.topics = append(e.topics, topic.ID)
	}
	s, more := statement.Load(seeds.FS)
	faults = append(faults, more...)
	e.reader = newReader(seeds.FS, s, &faults)
	e.Places = e.reader.places
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	return e
}
