package statement

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// NoInformation is the status of a commitment about whose progress nobody has reported.
const NoInformation = "no-information"

// DocumentName is how the document is cited, in each language.
func DocumentName() Text {
	return Text{EN: "San José Action Statement, 7 July 2016", ES: "Declaración de Acción de San José, 7 de julio de 2016"}
}

// The header of the data set: what it is, where it comes from and what may be done with it.
const (
	exportTitle      = "Commitments of the San José Action Statement (San José, Costa Rica, 7 July 2016)"
	exportDocument   = "San José Action Statement, with its accompanying statements, made at the High Level Round Table \"Call to Action: Protection Needs in the Northern Triangle of Central America\""
	exportOriginal   = "text.en is the document's own wording, with white space folded and nothing else changed"
	exportUnofficial = "text.es and every title are unofficial translations; where it matters, the published English text decides"
	exportAssessed   = "status says what was reported of a commitment; no-information says nothing either way"
	exportLicence    = "CC-BY-4.0 for what this data set adds to the statement, which is a public document"
	exportLicenceURL = "https://creativecommons.org/licenses/by/4.0/"
)

type exportText struct {
	EN string `json:"en"`
	ES string `json:"es"`
}

type exportLink struct {
	Instrument string     `json:"instrument"`
	Note       exportText `json:"note"`
}

type exportCommitment struct {
	ID            string       `json:"id"`
	Participant   string       `json:"participant"`
	Section       string       `json:"section,omitempty"`
	Kind          string       `json:"kind"`
	Page          int          `json:"page"`
	Title         exportText   `json:"title"`
	Text          exportText   `json:"text"`
	Themes        []string     `json:"themes"`
	Institutions  []string     `json:"institutions"`
	Beneficiaries []string     `json:"beneficiaries"`
	TimeBound     bool         `json:"time_bound"`
	Specificity   int          `json:"specificity"`
	Parts         []exportText `json:"parts"`
	Links         []exportLink `json:"links"`
	Status        string       `json:"status"`
}

type exportProvenance struct {
	Document    string `json:"document"`
	Original    string `json:"original"`
	Translation string `json:"translation"`
	Status      string `json:"status"`
}

type exportSet struct {
	Title       string             `json:"title"`
	Licence     string             `json:"licence"`
	LicenceURL  string             `json:"licence_url"`
	Provenance  exportProvenance   `json:"provenance"`
	Count       int                `json:"count"`
	Commitments []exportCommitment `json:"commitments"`
}

// WriteJSON writes the commitments as one JSON object: the licence and provenance first, then the records in the order given.
func WriteJSON(w io.Writer, cs []*Commitment) error { return WriteJSONStatus(w, cs, nil) }

// WriteJSONStatus is WriteJSON with what was reported: status gives the status of each by its id; nil where nothing
// was reported.
func WriteJSONStatus(w io.Writer, cs []*Commitment, status func(id string) string) error {
	set := exportSet{
		Title: exportTitle, Licence: exportLicence, LicenceURL: exportLicenceURL,
		Provenance: exportProvenance{Document: exportDocument, Original: exportOriginal, Translation: exportUnofficial, Status: exportAssessed},
		Count:      len(cs), Commitments: make([]exportCommitment, 0, len(cs)),
	}
	for _, c := range cs {
		e := exportCommitment{
			ID: c.ID, Participant: c.Participant, Section: c.Section, Kind: c.Kind, Page: c.Page, Title: exportText(c.Title), Text: exportText(c.Text),
			Themes: listed(c.Themes), Institutions: listed(c.Institutions), Beneficiaries: listed(c.Beneficiaries),
			TimeBound: c.TimeBound, Specificity: c.Specificity, Parts: []exportText{}, Links: []exportLink{}, Status: statusOf(c, status),
		}
		for _, p := range c.Parts {
			e.Parts = append(e.Parts, exportText(p))
		}
		for _, l := range c.Links {
			e.Links = append(e.Links, exportLink{l.Instrument, exportText(l.Note)})
		}
		set.Commitments = append(set.Commitments, e)
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(set); err != nil {
		return fmt.Errorf("write commitments as JSON: %w", err)
	}
	return nil
}

func statusOf(c *Commitment, status func(id string) string) string {
	if status == nil {
		return NoInformation
	}
	return status(c.ID)
}

// listed gives a list that JSON writes as [], never as null.
func listed(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

// csvFields are the columns, in an order that others rely on: new ones go to the end.
func csvFields() []string {
	return []string{
		"id", "participant", "section", "kind", "page", "title_en", "title_es", "text_en", "text_es", "themes", "institutions",
		"beneficiaries", "time_bound", "specificity", "parts_en", "parts_es", "links", "status",
	}
}

// WriteCSV writes the commitments as a table with a heading, in the order given. Several values in a field stand with "; "
// between them, parts with " | ".
func WriteCSV(w io.Writer, cs []*Commitment) error { return WriteCSVStatus(w, cs, nil) }

// WriteCSVStatus is WriteCSV with what was reported: status is as for WriteJSONStatus.
func WriteCSVStatus(w io.Writer, cs []*Commitment, status func(id string) string) error {
	out := csv.NewWriter(w)
	rows := [][]string{csvFields()}
	for _, c := range cs {
		var partsEN, partsES, links []string
		for _, p := range c.Parts {
			partsEN, partsES = append(partsEN, p.EN), append(partsES, p.ES)
		}
		for _, l := range c.Links {
			links = append(links, l.Instrument)
		}
		row := []string{
			c.ID, c.Participant, c.Section, c.Kind, strconv.Itoa(c.Page), c.Title.EN, c.Title.ES, c.Text.EN, c.Text.ES,
			strings.Join(c.Themes, "; "), strings.Join(c.Institutions, "; "), strings.Join(c.Beneficiaries, "; "),
			strconv.FormatBool(c.TimeBound), strconv.Itoa(c.Specificity), strings.Join(partsEN, " | "), strings.Join(partsES, " | "),
			strings.Join(links, "; "), statusOf(c, status),
		}
		for i := range row {
			row[i] = inert(row[i])
		}
		rows = append(rows, row)
	}
	if err := out.WriteAll(rows); err != nil {
		return fmt.Errorf("write commitments as CSV: %w", err)
	}
	return nil
}

// inert keeps a spreadsheet from taking a field for a formula.
// https://owasp.org/www-community/attacks/CSV_Injection
func inert(field string) string {
	if field != "" && strings.ContainsRune("=+-@\t\r\n", rune(field[0])) {
		return "'" + field
	}
	return field
}
