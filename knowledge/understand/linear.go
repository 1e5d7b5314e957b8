package understand

import (
	"math"
	"math/rand/v2"
	"slices"
)

// hashBits sets how many buckets the features fall into: fewer make a smaller model, more make fewer collisions.
const hashBits = 17

const buckets = 1 << hashBits

// example is a text's features and the class that it belongs to.
type example struct {
	features []uint32 // distinct buckets
	class    int
	weight   float32
}

// linear is a linear classifier with a softmax over its classes (multinomial logistic regression).
type linear struct {
	classes int
	weights []float32 // buckets x classes, a bucket's row together
	bias    []float32
}

// train fits a classifier by stochastic gradient descent with a step of its own for each bucket (AdaGrad, Duchi et al. 2011)
// and weight decay. The order of the examples is shuffled by a fixed seed: the same examples make the same model.
func train(examples []example, classes, epochs int) *linear {
	l := &linear{classes: classes, weights: make([]float32, buckets*classes), bias: make([]float32, classes)}
	squares := make([]float32, buckets)
	order := rand.New(rand.NewPCG(1, 2)).Perm(len(examples))
	rng := rand.New(rand.NewPCG(3, 4))
	p := make([]float32, classes)
	for range epochs {
		rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, at := range order {
			e := &examples[at]
			norm := normOf(len(e.features))
			l.scores(e.features, p)
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
func (l *linear) scores(features []uint32, p []float32) {
	clear(p)
	for _, f := range features {
		row := l.weights[int(f)*l.classes : (int(f)+1)*l.classes]
		for c, w := range row {
			p[c] += w
		}
	}
	norm := normOf(len(features))
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
