package terminal

import (
	"bufio"
	"io"
	"strings"
)

// linesOf reads whole lines with a prompt before each. Where nobody sees what is read, as from a file, it is written too, so
// that the output is the whole talk.
func linesOf(in io.Reader, out io.Writer, prompt string, echo bool) func() (string, error) {
	r := bufio.NewReader(in)
	return func() (string, error) {
		if !echo {
			if _, err := io.WriteString(out, prompt); err != nil {
				return "", err
			}
		}
		line, err := r.ReadString('\n')
		line = strings.TrimRight(line, "\r\n")
		if echo && strings.TrimSpace(line) != "" {
			if _, err := io.WriteString(out, prompt+line+"\n"); err != nil {
				return "", err
			}
		}
		return line, err
	}
}
