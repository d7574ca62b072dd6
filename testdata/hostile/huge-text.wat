;; A message of one gigabyte, of which it has not one page.
;; Limit: the bounds of its own memory.
(module
  (;rule;)
  (;finding;)
  (;head;)
    (drop (call $answer (i32.const 1)))
    (call $text (i32.const 4132) (i32.const 2240) (i32.const 1073741824))
    (i32.const 512)))
