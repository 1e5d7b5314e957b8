package progress

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
)

// WriteJSONL writes reports as JSON Lines, one report a line, in the order given; tombstones are in it.
func WriteJSONL(w io.Writer, all []Report) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, r := range all {
		if err := enc.Encode(r); err != nil {
			return fmt.Errorf("write reports: %w", err)
		}
	}
	return nil
}

// csvFields are the columns, in an order that others rely on: new ones go to the end.
func csvFields() []string {
	return []string{
		"id", "commitment", "kind", "at", "as_of", "status", "who_id", "who_name", "note", "evidence", "team", "channel", "subscription",
		"occurrence", "deleted_by", "deleted_at",
	}
}

// WriteCSV writes reports as a table with a heading, in the order given; tombstones are in it.
func WriteCSV(w io.Writer, all []Report) error {
	rows := [][]string{csvFields()}
	for _, r := range all {
		by, at := "", ""
		if r.Deleted != nil {
			by, at = r.Deleted.By, r.Deleted.At.UTC().Format(time.RFC3339)
		}
		row := []string{
			r.ID, r.Commitment, string(r.Kind), r.At.UTC().Format(time.RFC3339), string(r.AsOf), string(r.Status), r.Who.ID, r.Who.Name, r.Note,
			r.Evidence, r.Team, r.Channel, r.Subscription, r.Occurrence, by, at,
		}
		for i := range row {
			row[i] = inert(row[i])
		}
		rows = append(rows, row)
	}
	if err := csv.NewWriter(w).WriteAll(rows); err != nil {
		return fmt.Errorf("write reports: %w", err)
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
