;; Answers with its error.
;; Limit: none: a rule that says that it cannot judge has not passed anything.
(module
  (data (i32.const 2300) "the table was empty")
  (;rule;)
  (;head;)
    (i32.store8 (i32.const 512) (i32.const 1))
    (call $text (i32.const 516) (i32.const 2300) (i32.const 19))
    (i32.const 512)))
