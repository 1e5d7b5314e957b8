package understand

import (
	"math"
	"math/rand/v2"
	"slices"
)

// averaged is over how many of the last rounds the weights are averaged.
const averaged = 8

// hashBits sets how many buckets the features fall into: fewer make a smaller model, more make fewer collisions.
const hashBits = 19

const buckets = 1 << hashBits

// example is a text's features and the class that it belongs to.
type example struct {
	features []uint32 // distinct buckets
	class    int
	weight   float32
	norm     float32   // what its scores are scaled by; 0 for what its features give
	by       *misspelt // who misspells it, nil where it is as it was written
}

// prune leaves out the features that stand in fewer examples than least: there is little to learn from them, and each would
// take its place in the model. They still count for the length of a text, as what was never seen counts in what people write.
// It gives which features stay.
func prune(examples []example, least uint16) (stays []bool) {
	counts := make([]uint16, buckets)
	for _, e := range examples {
		for _, f := range e.features {
			counts[f] = min(counts[f], math.MaxUint16-1) + 1
		}
	}
	stays = make([]bool, buckets)
	for f, n := range counts {
		stays[f] = n >= least
	}
	for i := range examples {
		examples[i].set(examples[i].features, stays)
	}
	return stays
}

// set gives the example those of some features that stay.
func (e *example) set(features []uint32, stays []bool) {
	e.norm = normOf(len(features))
	kept := make([]uint32, 0, len(features))
	for _, f := range features {
		if stays[f] {
			kept = append(kept, f)
		}
	}
	e.features = kept
}

// linear is a linear classifier with a softmax over its classes (multinomial logistic regression).
type linear struct {
	classes int
	weights []float32 // buckets x classes, a bucket's row together
	bias    []float32
}

// train fits a classifier by stochastic gradient descent with a step of its own for each bucket (AdaGrad, Duchi et al. 2011)
// and weight decay. What the last rounds gave is averaged, for each alone leans towards the examples that it saw
// last. The order of the examples is shuffled by a fixed seed: the same examples make the same model. Before each round but the
// first, renew may change an example; nil changes none.
func train(examples []example, classes, epochs int, renew func(*example)) *linear {
	l := &linear{classes: classes, weights: make([]float32, buckets*classes), bias: make([]float32, classes)}
	squares := make([]float32, buckets)
	order := rand.New(rand.NewPCG(1, 2)).Perm(len(examples))
	rng := rand.New(rand.NewPCG(3, 4))
	p := make([]float32, classes)
	sum := make([]float32, len(l.weights))
	for epoch := range epochs {
		if epoch > 0 && renew != nil {
			for i := range examples {
				renew(&examples[i])
			}
		}
		rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, at := range order {
			e := &examples[at]
			norm := e.norm
			if norm == 0 {
				norm = normOf(len(e.features))
			}
			l.scores(e.features, norm, p)
			softmax(p)
			p[e.class]--
			var g2 float32
			for c := range p {
				p[c] *= e.weight
				g2 += p[c] * p[c]
			}
			if g2 < 1e-8 {
				continue
			}
			g2 *= norm * norm
			for _, f := range e.features {
				squares[f] += g2
				step := trainRate * norm / float32(math.Sqrt(float64(squares[f])+1e-6))
				row := l.weights[int(f)*classes : (int(f)+1)*classes]
				for c, g := range p {
					row[c] -= step*g + trainDecay*step*row[c]
				}
			}
			for c, g := range p {
				l.bias[c] -= 0.02 * trainRate * g
			}
		}
		if epoch >= epochs-averaged {
			for i, w := range l.weights {
				sum[i] += w
			}
		}
	}
	for i, s := range sum {
		l.weights[i] = s / float32(min(averaged, epochs))
	}
	return l
}

// normOf scales a text's features to length one, so that a long story weighs as much as a short question.
func normOf(n int) float32 {
	if n == 0 {
		return 0
	}
	return float32(1 / math.Sqrt(float64(n)))
}

// scores sums the weights of the features into p, one a class.
func (l *linear) scores(features []uint32, norm float32, p []float32) {
	clear(p)
	for _, f := range features {
		row := l.weights[int(f)*l.classes : (int(f)+1)*l.classes]
		for c, w := range row {
			p[c] += w
		}
	}
	for c := range p {
		p[c] = p[c]*norm + l.bias[c]
	}
}

func softmax(p []float32) {
	top := slices.Max(p)
	var sum float32
	for c := range p {
		p[c] = float32(math.Exp(float64(p[c] - top)))
		sum += p[c]
	}
	for c := range p {
		p[c] /= sum
	}
}
