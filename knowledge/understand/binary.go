package understand

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"
)

// compact is a linear classifier as it is shipped: weights in one byte each, with a scale for each class.
type compact struct {
	classes []string
	scale   []float32
	bias    []float32
	rows    []int32 // by bucket: where its weights begin, -1 where no example has the feature
	weights []int8
}

// shrink rounds the weights to 255 steps a class.
func (l *linear) shrink(classes []string) *compact {
	c := &compact{classes: classes, scale: make([]float32, len(classes)), bias: l.bias, rows: make([]int32, buckets)}
	for i := range l.weights {
		k := i % len(classes)
		c.scale[k] = max(c.scale[k], float32(math.Abs(float64(l.weights[i])))/127)
	}
	for b := range buckets {
		row := l.weights[b*len(classes) : (b+1)*len(classes)]
		c.rows[b] = -1
		small := make([]int8, len(row))
		used := false
		for k, w := range row {
			if c.scale[k] > 0 {
				small[k] = int8(math.Round(float64(w / c.scale[k])))
			}
			used = used || small[k] != 0
		}
		if used {
			c.rows[b] = int32(len(c.weights))
			c.weights = append(c.weights, small...)
		}
	}
	return c
}

// scores gives the probability of each class, into p.
func (c *compact) scores(features []uint32, p []float32) {
	clear(p)
	var sums [64]int32 // more than there are classes
	n := len(c.classes)
	for _, f := range features {
		at := c.rows[f]
		if at < 0 {
			continue
		}
		for k, w := range c.weights[at : int(at)+n] {
			sums[k] += int32(w)
		}
	}
	norm := normOf(len(features))
	for k := range p {
		p[k] = float32(sums[k])*c.scale[k]*norm + c.bias[k]
	}
	softmax(p)
}

// models are all that is trained.
type models struct {
	digest [sha256.Size]byte // of what they were trained from
	topic  *compact
	danger *compact
	lang   *compact
	words  []string    // the words of the examples, ascending
	counts []wordCount // in how many examples each stands
}

var magic = []byte("cobijo models 3\n")

// marshal writes the models as one file; all numbers are little-endian.
func (m *models) marshal() []byte {
	var b bytes.Buffer
	b.Write(magic)
	b.Write(m.digest[:])
	put := func(v any) { _ = binary.Write(&b, binary.LittleEndian, v) } // a bytes.Buffer takes everything
	all := strings.Join(m.words, "\n")
	put(uint32(len(all)))
	b.WriteString(all)
	for _, c := range m.counts {
		put([]uint16{c.all, c.spanish, c.english})
	}
	for _, c := range []*compact{m.topic, m.danger, m.lang} {
		put(uint32(len(c.classes)))
		for _, name := range c.classes {
			put(uint32(len(name)))
			b.WriteString(name)
		}
		put(c.scale)
		put(c.bias)
		put(uint32(len(c.weights)))
		bits := make([]byte, buckets/8)
		for f, at := range c.rows {
			if at >= 0 {
				bits[f/8] |= 1 << (f % 8)
			}
		}
		b.Write(bits)
		put(c.weights)
	}
	return b.Bytes()
}

var errModels = errors.New("not a file of models")

// unmarshal reads what marshal wrote. The weights stay in data, which must not change.
func unmarshal(data []byte) (m *models, err error) {
	rest, ok := bytes.CutPrefix(data, magic)
	if !ok || len(rest) < sha256.Size {
		return nil, errModels
	}
	m = &models{digest: [sha256.Size]byte(rest)}
	r := &decoder{data: rest[sha256.Size:]}
	m.words = strings.Split(string(r.take(r.count())), "\n")
	counts := r.uint16s(3 * len(m.words))
	for i := 0; i+2 < len(counts); i += 3 {
		m.counts = append(m.counts, wordCount{counts[i], counts[i+1], counts[i+2]})
	}
	if r.short {
		return nil, fmt.Errorf("%w: cut short", errModels)
	}
	for _, into := range []**compact{&m.topic, &m.danger, &m.lang} {
		if *into, err = r.compact(); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// decoder takes numbers from the front of data; past the end it gives zeros and is short.
type decoder struct {
	data  []byte
	short bool
}

func (r *decoder) take(n int) []byte {
	if n < 0 || n > len(r.data) {
		r.short = true
		return nil
	}
	b := r.data[:n]
	r.data = r.data[n:]
	return b
}

func (r *decoder) uint32() uint32 {
	if b := r.take(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

// count reads how many things of a byte or more follow; 0 where they could not.
func (r *decoder) count() int {
	n := int(r.uint32())
	if n > len(r.data) {
		r.short = true
		return 0
	}
	return n
}

func (r *decoder) uint16s(n int) []uint16 {
	b := r.take(2 * n)
	if b == nil {
		return nil
	}
	ns := make([]uint16, n)
	for i := range ns {
		ns[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	return ns
}

func (r *decoder) floats(n int) []float32 {
	fs := make([]float32, n)
	for i := range fs {
		fs[i] = math.Float32frombits(r.uint32())
	}
	return fs
}

func (r *decoder) compact() (*compact, error) {
	c := &compact{classes: make([]string, r.count()), rows: make([]int32, buckets)}
	if len(c.classes) > 64 {
		return nil, fmt.Errorf("%w: %d classes", errModels, len(c.classes))
	}
	for i := range c.classes {
		c.classes[i] = string(r.take(r.count()))
	}
	c.scale, c.bias = r.floats(len(c.classes)), r.floats(len(c.classes))
	n := r.count()
	bits := r.take(buckets / 8)
	weights := r.take(n)
	if r.short || bits == nil {
		return nil, fmt.Errorf("%w: cut short", errModels)
	}
	c.weights = int8s(weights)
	at := int32(0)
	for f := range c.rows {
		c.rows[f] = -1
		if bits[f/8]&(1<<(f%8)) != 0 {
			c.rows[f] = at
			at += int32(len(c.classes))
		}
	}
	if int(at) != len(c.weights) {
		return nil, fmt.Errorf("%w: %d weights for %d", errModels, len(c.weights), at)
	}
	return c, nil
}

func int8s(b []byte) []int8 {
	s := make([]int8, len(b))
	for i, c := range b {
		s[i] = int8(c)
	}
	return s
}
