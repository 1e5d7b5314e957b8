package understand

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"strings"
)

// compact is a linear classifier as it is shipped: weights in one byte each, with a scale for each class. Most weights are next to
// nothing and are left out, so a bucket's row is a mask of its classes and the weights of those alone. It is read where it stands in
// the file: nothing of it is unpacked but where rows begin.
type compact struct {
	classes []string
	scale   []float32
	bias    []float32
	used    bitset   // the buckets that any example has
	masks   []byte   // rows of maskSize bytes, in the order of the buckets: which classes have a weight, the lowest bit first; and maskEnd more
	begins  []uint32 // by row: where its weights begin
	weights []byte   // int8
}

// least is how large a weight is, of 127, that is not left out. It was compared with 1 to 7 on the evaluation sets, not by
// cross-validation: topics stayed within a point or two, false alarms of danger moved between 3.8 and 6.2 % of 80 calm messages.
const least = 5

// shrink rounds the weights to 255 steps a class.
func (l *linear) shrink(classes []string) *compact {
	c := &compact{classes: classes, scale: make([]float32, len(classes)), bias: l.bias, used: newBitset(make([]byte, buckets/8))}
	for i := range l.weights {
		k := i % len(classes)
		c.scale[k] = max(c.scale[k], float32(math.Abs(float64(l.weights[i])))/127)
	}
	for b := range buckets {
		mask := make([]byte, c.maskSize())
		begin := len(c.weights)
		for k, w := range l.weights[b*len(classes) : (b+1)*len(classes)] {
			if c.scale[k] == 0 {
				continue
			}
			if small := int8(math.Round(float64(w / c.scale[k]))); small >= least || small <= -least {
				mask[k/8] |= 1 << (k % 8)
				c.weights = append(c.weights, byte(small))
			}
		}
		if len(c.weights) > begin {
			c.used.set(b)
			c.masks = append(c.masks, mask...)
			c.begins = append(c.begins, uint32(begin))
		}
	}
	c.masks = append(c.masks, make([]byte, maskEnd)...)
	c.used.count()
	return c
}

// maskSize is how many bytes the mask of a row takes.
func (c *compact) maskSize() int { return (len(c.classes) + 7) / 8 }

// maskEnd is how many bytes follow the last mask, so that each can be read as one number.
const maskEnd = 8

// mask gives a row's mask.
func (c *compact) mask(row int) uint64 {
	size := c.maskSize()
	return binary.LittleEndian.Uint64(c.masks[row*size:]) & (1<<(8*size) - 1)
}

// scores gives the probability of each class, into p.
func (c *compact) scores(features []uint32, p []float32) {
	clear(p)
	var sums [maxClasses]int32
	for _, f := range features {
		row, ok := c.used.rank(f)
		if !ok {
			continue
		}
		at := c.begins[row]
		for m := c.mask(row); m != 0; m &= m - 1 {
			sums[bits.TrailingZeros64(m)] += int32(int8(c.weights[at]))
			at++
		}
	}
	norm := normOf(len(features))
	for k := range p {
		p[k] = float32(sums[k])*c.scale[k]*norm + c.bias[k]
	}
	softmax(p)
}

// maxClasses is how many classes a mask has room for.
const maxClasses = 64

// bitset is a set of buckets that tells how many of them come before one.
type bitset struct {
	bits   []byte
	before []uint32 // by eight bytes of bits: how many are set before
}

func newBitset(b []byte) bitset { return bitset{bits: b} }

func (s *bitset) set(i int) { s.bits[i/8] |= 1 << (i % 8) }

func (s *bitset) word(i int) uint64 { return binary.LittleEndian.Uint64(s.bits[8*i:]) }

// count must be called when all are set. It gives how many there are.
func (s *bitset) count() (n int) {
	s.before = make([]uint32, len(s.bits)/8)
	for i := range s.before {
		s.before[i] = uint32(n)
		n += bits.OnesCount64(s.word(i))
	}
	return n
}

// rank gives how many are set before one; false where it is not set itself.
func (s *bitset) rank(i uint32) (int, bool) {
	w, bit := s.word(int(i/64)), uint64(1)<<(i%64)
	return int(s.before[i/64]) + bits.OnesCount64(w&(bit-1)), w&bit != 0
}

// models are all that is trained.
type models struct {
	from   digests
	topic  *compact
	danger *compact
	lang   *compact
	words  []string    // the words of the examples, ascending
	counts []wordCount // in how many examples each stands
}

var magic = []byte("cobijo models 4\n")

// marshal writes the models as one file; all numbers are little-endian.
func (m *models) marshal() []byte {
	var b bytes.Buffer
	b.Write(magic)
	b.Write(m.from.Examples[:])
	b.Write(m.from.Rest[:])
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
		b.Write(c.used.bits)
		b.Write(c.masks)
		b.Write(c.weights)
	}
	return b.Bytes()
}

var errModels = errors.New("not a file of models")

// unmarshal reads what marshal wrote. The weights stay in data, which must not change.
func unmarshal(data []byte) (m *models, err error) {
	rest, ok := bytes.CutPrefix(data, magic)
	if !ok || len(rest) < 2*sha256.Size {
		return nil, errModels
	}
	m = &models{from: digests{[sha256.Size]byte(rest), [sha256.Size]byte(rest[sha256.Size:])}}
	r := &decoder{data: rest[2*sha256.Size:]}
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
	c := &compact{classes: make([]string, r.count())}
	if len(c.classes) > maxClasses {
		return nil, fmt.Errorf("%w: %d classes", errModels, len(c.classes))
	}
	for i := range c.classes {
		c.classes[i] = string(r.take(r.count()))
	}
	c.scale, c.bias = r.floats(len(c.classes)), r.floats(len(c.classes))
	n := r.count()
	c.used = newBitset(r.take(buckets / 8))
	rows := c.used.count()
	c.masks = r.take(rows*c.maskSize() + maskEnd)
	c.weights = r.take(n)
	if r.short {
		return nil, fmt.Errorf("%w: cut short", errModels)
	}
	c.begins = make([]uint32, rows)
	at := 0
	for row := range c.begins {
		c.begins[row] = uint32(at)
		m := c.mask(row)
		if m>>len(c.classes) != 0 {
			return nil, fmt.Errorf("%w: weights of no class", errModels)
		}
		at += bits.OnesCount64(m)
	}
	if at != len(c.weights) {
		return nil, fmt.Errorf("%w: %d weights for %d", errModels, len(c.weights), at)
	}
	return c, nil
}
