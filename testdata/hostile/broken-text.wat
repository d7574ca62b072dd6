;; A message that is not UTF-8.
;; Limit: the canonical ABI.
(module
  (;rule;)
  (;finding;)
  (;head;)
    (drop (call $answer (i32.const 1)))
    (i32.store8 (i32.const 2240) (i32.const 255))
    (i32.const 512)))
