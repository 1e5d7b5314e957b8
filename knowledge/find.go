package knowledge

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"cobijo/knowledge/statement"
)

// Find gives the commitments that the filter asks for and that answer the words: the best first where there are words, else in
// the document's order.
func (b *Base) Find(f statement.Filter, words string) []*statement.Commitment {
	selected := b.Statement.Select(f)
	words = strings.TrimSpace(words)
	if words == "" {
		return selected
	}
	if b.Understand != nil {
		var found []*statement.Commitment
		if q := b.Understand.Statement(b.Understand.Read(words, time.Time{})); !q.Empty() {
			for _, hit := range b.Understand.Search(q) {
				if slices.Contains(selected, hit.Commitment) {
					found = append(found, hit.Commitment)
				}
			}
		}
		if len(found) > 0 {
			return found
		}
	}
	return holding(selected, words)
}

// holding gives the commitments whose id, title or text holds the words as they stand, case and accents aside.
func holding(cs []*statement.Commitment, words string) []*statement.Commitment {
	words = folded(words)
	var found []*statement.Commitment
	for _, c := range cs {
		all := strings.Join([]string{c.ID, c.Title.EN, c.Title.ES, c.Text.EN, c.Text.ES}, "\n")
		if strings.Contains(folded(all), words) {
			found = append(found, c)
		}
	}
	return found
}

func folded(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFD.String(s))
}
