package understand

import "slices"

// phrases finds what is named by one word or several: the longest name wins. Build it with add and sort.
type phrases[T any] map[string][]phrase[T] // by the first word

type phrase[T any] struct {
	words []string
	names T
}

// add makes words name v; where they name something already it gives that, and false.
func (ps phrases[T]) add(words []string, v T) (T, bool) {
	for _, p := range ps[words[0]] {
		if slices.Equal(p.words, words) {
			return p.names, false
		}
	}
	ps[words[0]] = append(ps[words[0]], phrase[T]{words, v})
	return v, true
}

// sort puts the longest names first.
func (ps phrases[T]) sort() {
	for _, list := range ps {
		slices.SortStableFunc(list, func(a, b phrase[T]) int { return len(b.words) - len(a.words) })
	}
}

// at gives what the words begin with, and by how many of them it is named; 0 where they name nothing.
func (ps phrases[T]) at(words []string) (names T, n int) {
	for _, p := range ps[words[0]] {
		if len(p.words) <= len(words) && slices.Equal(p.words, words[:len(p.words)]) {
			return p.names, len(p.words)
		}
	}
	return names, 0
}
