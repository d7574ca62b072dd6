;; One finding with 3,000 related parts.
;; Limit: the bytes of an answer in proportion to the facts.
(module
  (;rule;)
  (;finding;)
  (;head;)
    (drop (call $answer (i32.const 1)))
    ;; parts of 16 bytes from 16384 on: all zero, so an empty field without position
    (call $text (i32.const 4120) (i32.const 16384) (i32.const 3000))
    (i32.const 512)))
