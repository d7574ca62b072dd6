;; A message that would clear a terminal, set its title, and run a command of GitHub workflows.
;; Limit: the encoding of each report.
(module
  (data (i32.const 2300) "\1b[2J\1b]0;owned\07\n::error file=x::owned\r\n::set-output name=a::b")
  (;rule;)
  (;finding;)
  (;head;)
    (drop (call $answer (i32.const 1)))
    (call $text (i32.const 4132) (i32.const 2300) (i32.const 60))
    (i32.const 512)))
