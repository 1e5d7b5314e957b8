package understand

import (
	"cobijo/knowledge/guidance"
)

// rumours finds the claim that somebody asks about.
type rumours struct {
	docs  []rumourDoc
	index map[string]*bm25
	own   map[string][]float32 // by language: what each document scores for itself
}

type rumourDoc struct {
	rumour *guidance.Rumour
	lang   string
}

// nearer prefers what is so in the person's country to what is so everywhere.
const nearer = 1.15

// sameClaim is how much of a known way of asking must be in a question for it to ask the same.
const sameClaim = 0.6

func newRumours(all []*guidance.Rumour) *rumours {
	x := &rumours{index: map[string]*bm25{}, own: map[string][]float32{}}
	var texts []string
	for _, r := range all {
		for _, lang := range guidance.Languages {
			for _, ask := range append(r.Asks[lang], r.Claim[lang]) {
				x.docs = append(x.docs, rumourDoc{r, lang})
				texts = append(texts, ask)
			}
		}
	}
	for _, lang := range guidance.Languages {
		b := newBM25(lang, len(x.docs))
		for i, d := range x.docs {
			if d.lang == lang {
				b.add(i, texts[i], 1)
			}
		}
		b.done()
		own := make([]float32, len(x.docs))
		for i, d := range x.docs {
			if d.lang == lang {
				scores := make([]float32, len(x.docs))
				b.score(tokens(fold(texts[i])), scores)
				own[i] = scores[i]
			}
		}
		x.index[lang], x.own[lang] = b, own
	}
	return x
}

// Words by which people ask whether something is so.
var doubts = []string{"verdad", "cierto", "true", "real", "estafa", "scam", "fraude", "fraud", "mentira", "lie", "fake", "falso", "falsa", "rumor", "rumour", "dicen", "dice", "dijeron", "dijo", "say", "says", "said", "told", "heard", "escuche", "oi", "creer", "trust", "confiar", "pagar", "pay", "cobran", "charge", "garantiza", "guarantee", "asegura", "trick", "engano", "whatsapp", "facebook", "tiktok"}

// find gives the rumour that a message asks about in a country, nil for none.
func (x *rumours) find(r *Reading, country string) *guidance.Rumour {
	asks := false
	for _, w := range r.words {
		for _, d := range doubts {
			asks = asks || w == d
		}
	}
	b := x.index[r.Lang]
	if !asks || b == nil || r.Words < 3 {
		return nil
	}
	scores := make([]float32, len(x.docs))
	b.score(r.words, scores)
	var best *guidance.Rumour
	top := float32(sameClaim)
	for i, s := range scores {
		if s == 0 {
			continue
		}
		d := x.docs[i]
		if d.rumour.Country != guidance.Regional && d.rumour.Country != country {
			continue
		}
		// What the question shares with this way of asking, of what either says.
		part := s / x.own[r.Lang][i]
		if d.rumour.Country == country {
			part *= nearer
		}
		if part > top {
			best, top = d.rumour, part
		}
	}
	return best
}
