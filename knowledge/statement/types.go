// Package statement holds the San José Action Statement (2016) as data: who committed to what, in its own words.
package statement

// Text is one text in each language: English is the document's, Spanish is ours and unofficial.
type Text struct {
	EN string
	ES string
}

// In gives the text in lang, English where there is no other.
func (t Text) In(lang string) string {
	if lang == "es" && t.ES != "" {
		return t.ES
	}
	return t.EN
}

// Joint is the participant that stands for all of them.
const Joint = "joint"

// Participant is a government, an institution or an organisation that made a statement, or signed without one of its own.
type Participant struct {
	ID      string
	Kind    string // joint, country, observer, human-rights-institution, organization, civil-society, academia
	Name    Text
	Aliases struct{ EN, ES []string }
	Intro   Text // the heading under which its commitments stand; English verbatim
	Signed  bool // signed without a statement of its own
	Note    Text
	// Commitments is how many the participant made.
	Commitments int
}

// Theme is what commitments are about.
type Theme struct {
	ID    string
	Title Text
	Words struct{ EN, ES []string } // how people name it
}

// Link leads from a commitment to what came of it.
type Link struct {
	Instrument string
	Note       Text
}

// Commitment is one paragraph of the statement with what was read out of it.
type Commitment struct {
	ID            string
	Participant   string
	Section       string // of the joint commitments: root-causes, asylum-and-protection, regional-cooperation, follow-up
	Kind          string // how the participant puts it: commits, intends, endeavours, ...
	Page          int    // of the document, from 1
	Title         Text   // up to 60 characters
	Text          Text
	Themes        []string // one to five, the most central first
	Institutions  []string // that it names
	Beneficiaries []string
	TimeBound     bool `yaml:"time_bound"` // it gives a date or term
	Specificity   int  // 1 minimal action to 5 specific action
	Parts         []Text
	Links         []Link
}

// Recital is a paragraph of the preamble: context, no commitment.
type Recital struct {
	ID     string
	Page   int
	Text   Text
	Themes []string
}

// Heading is a line of the document that opens a part and is no commitment.
type Heading struct {
	Level       string // title, date, lead-in, part, or statement: the words that open a list of commitments
	Page        int
	Participant string // whom it opens
	Section     string // of the joint commitments, that it opens
	Opens       string // the first recital or commitment after it
	Mexico      bool   // one of Mexico's two: what it commits to, and what it considers important to retain
	Text        Text
}
